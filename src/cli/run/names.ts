import { NAME_MAX_CHARACTERS } from '../../contract/limits.ts'

/** Whether the API takes it as the name of a job, a step or a source. Its characters are code points. */
export function isName(text: string): boolean {
  return (
    text !== '' &&
    [...text].length <= NAME_MAX_CHARACTERS &&
    text.isWellFormed() &&
    !/[\u0000-\u001f\u007f]|^ | $/.test(text)
  )
}

/** The name with a suffix behind it, of which it loses its end where both are too long together. */
export function nameWithSuffix(name: string, suffix: string): string {
  const room = NAME_MAX_CHARACTERS - [...suffix].length
  return [...name].slice(0, room).join('') + suffix
}
