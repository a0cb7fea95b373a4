import { SECRET_MIN_CHARACTERS } from '../../text/mask/secret-forms.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Anywhere in the name of a variable; a `_` may lack. */
const SECRET_PARTS = [
  'TOKEN',
  'SECRET',
  'PASSWORD',
  'PASSWD',
  'PASSPHRASE',
  'API_KEY',
  'ACCESS_KEY',
  'PRIVATE_KEY',
  'SIGNING_KEY',
  'ENCRYPTION_KEY',
  'CREDENTIAL',
  'CONNECTION_STRING',
  'BEARER',
  'WEBHOOK',
  'PWD',
]
/** At the end of the name, as a word of its own. */
const SECRET_ENDS = ['PASS', 'PAT', 'SK']
/** As a word of the name, and anywhere in it; not where the name ends with one of `PLAIN_ENDS`. */
const SECRET_WORDS = ['AUTH', 'OAUTH', 'AUTHORIZATION']
const SECRET_PARTS_OF_MANY = ['COOKIE']
const PLAIN_ENDS = [
  'SOCK',
  'URL',
  'URI',
  'HOST',
  'PORT',
  'TYPE',
  'METHOD',
  'NAME',
  'USER',
  'DOMAIN',
  'PATH',
  'FILE',
]
/** Where a shell is and was: no secrets, and in every log. */
const WORKING_DIRECTORIES = ['PWD', 'OLDPWD']

const SECRET_NAME = new RegExp(
  `${SECRET_PARTS.join('|').replaceAll('_', '_?')}|(^|_)(${SECRET_ENDS.join('|')})$`,
  'i',
)
const MOSTLY_SECRET_NAME = new RegExp(
  `${SECRET_PARTS_OF_MANY.join('|')}|(^|_)(${SECRET_WORDS.join('|')})(_|$)`,
  'i',
)
const PLAIN_NAME = new RegExp(`_(${PLAIN_ENDS.join('|')})$`, 'i')
/** The password of a URL: `scheme://user:password@host`. */
const URL_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/@:]*:([^/@]+)@/i

/** The rule by which names look secret, for people. */
export const SECRET_NAMES_TEXT = `  in it           ${SECRET_PARTS.slice(0, 9).join(', ')},
                  ${SECRET_PARTS.slice(9).join(', ')}, but for ${WORKING_DIRECTORIES.join(' and ')} themselves
  last words      ${SECRET_ENDS.join(', ')}
  words           ${SECRET_WORDS.join(', ')}, and in it ${SECRET_PARTS_OF_MANY.join(', ')}; unless the last word is
                  ${PLAIN_ENDS.join(', ')}
`

/** The values to mask in the log: of variables whose names look secret, of those that `named` lists, and passwords in URLs. */
export function secretValues(env: Environment, named: readonly string[]): string[] {
  const values = Object.entries(env).flatMap(([name, value = '']) => {
    if (named.includes(name) || looksSecret(name)) return [value]
    const password = URL_PASSWORD.exec(value)?.[1]
    return password === undefined ? [] : [password, percentDecoded(password)]
  })
  return [...new Set(values)]
}

/** Why variables that the caller wants masked are not, without their values. */
export function unmaskable(env: Environment, named: readonly string[]): string[] {
  return [...new Set(named)].flatMap(name => {
    const value = env[name] ?? ''
    if (value.length >= SECRET_MIN_CHARACTERS) return []
    const reason =
      value === ''
        ? 'it is not set, or empty'
        : `its value has less than ${SECRET_MIN_CHARACTERS} characters, as words of ordinary text have`
    return [`--mask ${name} masks nothing: ${reason}`]
  })
}

function looksSecret(name: string): boolean {
  if (WORKING_DIRECTORIES.includes(name)) return false
  return SECRET_NAME.test(name) || (MOSTLY_SECRET_NAME.test(name) && !PLAIN_NAME.test(name))
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
