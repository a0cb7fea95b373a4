import { SECRET_MIN_CHARACTERS } from '../../text/mask/secret-forms.ts'
import type { Environment } from '../command-line/command.ts'
import { looksSecret } from './secret-names.ts'

/** The password of a URL: `scheme://user:password@host`. */
const URL_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/@:]*:([^/@]+)@/i

/**
 * The values to mask: those of variables whose names look secret, those of the variables in
 * `named`, and passwords in URLs.
 */
export function secretValues(env: Environment, named: readonly string[]): string[] {
  const values = Object.entries(env).flatMap(([name, value = '']) => {
    if (named.includes(name) || looksSecret(name)) return [value]
    const password = URL_PASSWORD.exec(value)?.[1]
    return password === undefined ? [] : [password, percentDecoded(password)]
  })
  return [...new Set(values)]
}

/** Why variables that the user named are not masked. Does not contain their values. */
export function unmaskable(env: Environment, named: readonly string[]): string[] {
  return [...new Set(named)].flatMap(name => {
    const value = env[name] ?? ''
    if (value.length >= SECRET_MIN_CHARACTERS) return []
    const reason =
      value === ''
        ? 'it is not set or empty'
        : `its value has fewer than ${SECRET_MIN_CHARACTERS} characters, like words of ordinary text`
    return [`--mask ${name} masks nothing: ${reason}`]
  })
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
