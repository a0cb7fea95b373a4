import { TailraceError } from '../contract/errors.ts'
import { NAME_MAX_CHARACTERS } from '../contract/limits.ts'

const NAME = /^[^\p{Cc}\p{Cs}\u2028\u2029]+$/u
const PASSWORD_MIN_CHARACTERS = 8
const PASSWORD_MAX_CHARACTERS = 256

/**
 * Throws `invalid-parameter` unless `name` is one line of 1 to 128 characters without blanks at its
 * ends.
 */
export function requireName(name: string, what: string): string {
  if (name.length > NAME_MAX_CHARACTERS || !NAME.test(name) || name.trim() !== name)
    throw new TailraceError(
      'invalid-parameter',
      `${what} must be 1 to ${NAME_MAX_CHARACTERS} characters in one line, without blanks at the ends.`,
    )
  return name
}

/**
 * Throws `invalid-parameter`, which does not show the password, unless it is one line of 8 to 256
 * characters.
 */
export function requirePassword(password: string, what: string): string {
  if (password.length < PASSWORD_MIN_CHARACTERS || password.length > PASSWORD_MAX_CHARACTERS)
    throw new TailraceError(
      'invalid-parameter',
      `${what} must be ${PASSWORD_MIN_CHARACTERS} to ${PASSWORD_MAX_CHARACTERS} characters.`,
    )
  if (!NAME.test(password))
    throw new TailraceError('invalid-parameter', `${what} must not contain control characters.`)
  return password
}
