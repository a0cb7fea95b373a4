const STAMP = /^\[\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{3} GMT[+-]\d\d:\d\d\]$/
const SAMPLE = '[2000/01/01 00:00:00.000 GMT+00:00] [DEBUG]'
const STAMP_BYTES = '[2000/01/01 00:00:00.000 GMT+00:00]'.length
const LEVEL = ' [DEBUG]'
const NEWLINE = 10

/**
 * Returns true when a line that begins in `bytes` states level DEBUG directly after a leading time
 * stamp `[YYYY/MM/DD HH:mm:ss.SSS GMT+HH:MM]`, or when the bytes end within its stamp or level, so
 * that it still may. The first byte counts as the start of a line. What a line inherits from the
 * line above is left to the reader.
 */
export function hasDebugLine(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let found = view.indexOf(LEVEL); found !== -1; found = view.indexOf(LEVEL, found + 1))
    if (isStampOfLine(view, found - STAMP_BYTES)) return true
  return mayBecomeDebug(view)
}

function isStampOfLine(view: Buffer, begin: number): boolean {
  if (begin < 0 || (begin > 0 && view[begin - 1] !== NEWLINE)) return false
  return STAMP.test(view.toString('latin1', begin, begin + STAMP_BYTES))
}

function mayBecomeDebug(view: Buffer): boolean {
  const begin = view.lastIndexOf(NEWLINE) + 1
  if (begin === view.length || view.length - begin >= SAMPLE.length) return false
  const rest = view.toString('latin1', begin)
  const completed = rest + SAMPLE.slice(rest.length)
  return STAMP.test(completed.slice(0, STAMP_BYTES)) && completed.endsWith(LEVEL)
}
