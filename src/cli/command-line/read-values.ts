/** Readers for the values of options, for `Option.read`. */
import { UUID_PATTERN } from '../../contract/ids.ts'
import { NAME_MAX_CHARACTERS } from '../../contract/limits.ts'
import { UsageError } from './command.ts'

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string, source: string) => number {
  return (text, source) => {
    const number = Number(text)
    if (!/^[0-9]{1,10}$/.test(text) || number < min || number > max)
      throw new UsageError(`${source} must be a whole number from ${min} to ${max}, not "${text}"`)
    return number
  }
}

/** A UUID, in lower case. */
export function readUuid(text: string, source: string): string {
  const uuid = text.toLowerCase()
  if (!new RegExp(UUID_PATTERN).test(uuid)) throw new UsageError(`${source} must be a UUID, not "${text}"`)
  return uuid
}

/** The name of a job, a step or a source. */
export function readName(text: string, source: string): string {
  if (!isName(text))
    throw new UsageError(
      `${source} must be 1 to ${NAME_MAX_CHARACTERS} characters on one line, without spaces at the ends, not "${text}"`,
    )
  return text
}

/** Whether the API accepts it as the name of a job, a step or a source. Counts code points. */
export function isName(text: string): boolean {
  return (
    text !== '' &&
    [...text].length <= NAME_MAX_CHARACTERS &&
    text.isWellFormed() &&
    !/[\u0000-\u001f\u007f]|^ | $/.test(text)
  )
}

/** The name with a suffix. The name loses its end where both together are too long. */
export function nameWithSuffix(name: string, suffix: string): string {
  const room = NAME_MAX_CHARACTERS - [...suffix].length
  return [...name].slice(0, room).join('') + suffix
}
