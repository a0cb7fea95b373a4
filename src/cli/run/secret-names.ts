/** Which variables look as if they held a secret, by their names. */

/** Anywhere in the name; underscores are optional. */
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
/** The last word of the name. */
const SECRET_ENDS = ['PASS', 'PAT', 'SK']
/** As a word of the name, unless its last word is one of `PLAIN_ENDS`. */
const SECRET_WORDS = ['AUTH', 'OAUTH', 'AUTHORIZATION']
/** Anywhere in the name, with the same exception. */
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
/** The folders of a shell: in every log, and not secret. */
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

/** The rule in words, for people. */
export const SECRET_NAMES_TEXT = `A name looks secret if it contains ${listed(SECRET_PARTS)}, or if its last word is
${listed(SECRET_ENDS)}. Case does not matter, and underscores are optional. ${WORKING_DIRECTORIES.join(' and ')} themselves do not
look secret. A name that contains ${SECRET_PARTS_OF_MANY.join()}, or ${listed(SECRET_WORDS)} as a word, looks
secret unless its last word is ${listed(PLAIN_ENDS)}.`

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

/** Whether a variable with this name looks as if it held a secret. */
export function looksSecret(name: string): boolean {
  if (WORKING_DIRECTORIES.includes(name)) return false
  return SECRET_NAME.test(name) || (MOSTLY_SECRET_NAME.test(name) && !PLAIN_NAME.test(name))
}
