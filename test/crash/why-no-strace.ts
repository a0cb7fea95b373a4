import { spawnSync } from 'node:child_process'

/** Why strace cannot be used here; false when it can. */
export function whyNoStrace(): string | false {
  const tried = spawnSync('strace', ['-f', '-o', '/dev/null', 'true'])
  if (tried.error !== undefined) return `strace cannot be started: ${tried.error.message}`
  return tried.status === 0 ? false : `strace cannot trace here: ${tried.stderr.toString().trim()}`
}
