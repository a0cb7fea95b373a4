import { setTimeout as sleep } from 'node:timers/promises'
import { KIB } from '../../contract/quantities.ts'
import type { CommandEnd, StartedCommand } from './start-command.ts'

/** The output of children that outlive the command is read until it pauses for this long … */
const SILENT_MS = 1_000
/** … and no longer than this. */
const AFTERMATH_MAX_MS = 10_000
/** More than a FIFO and the buffers that follow it can hold. */
const IN_FLIGHT_MAX_BYTES = 256 * KIB

export interface FollowedCommand {
  readonly end: CommandEnd
  /** The output has ended; false when children that still run keep it open. */
  readonly isComplete: boolean
}

/**
 * Passes on all output of a command, chunk by chunk, until the command and its output have ended,
 * or until the children that it left are silent. They keep running.
 */
export async function followCommand(
  { output, ended, leave }: StartedCommand,
  onOutput: (bytes: Uint8Array) => Promise<void>,
): Promise<FollowedCommand> {
  const seen = { bytes: 0, isHandingOn: false }
  const closed = (async () => {
    for await (const chunk of output) {
      seen.bytes += chunk.length
      seen.isHandingOn = true
      await onOutput(chunk as Uint8Array)
      seen.isHandingOn = false
    }
  })()
  // A destroyed output ends the loop with an error of no interest.
  const drained = closed.catch(() => {}).then(() => true)
  const end = await ended
  const isComplete = await aftermath(seen, drained)
  leave(!isComplete)
  await drained
  return { end, isComplete }
}

/**
 * Waits for the rest of the output; resolves to whether it ended. All that the command itself wrote
 * has been read when nothing waits, or when more was read since than a FIFO and a socket can hold.
 */
async function aftermath(
  seen: { readonly bytes: number; readonly isHandingOn: boolean },
  drained: Promise<boolean>,
): Promise<boolean> {
  const bytesBefore = seen.bytes
  const lastMs = performance.now() + AFTERMATH_MAX_MS
  for (;;) {
    const bytes = seen.bytes
    if (await Promise.race([drained, sleep(SILENT_MS, false)])) return true
    if (seen.bytes === bytes && !seen.isHandingOn) return false
    const isOwnRead = !seen.isHandingOn || seen.bytes - bytesBefore > IN_FLIGHT_MAX_BYTES
    if (performance.now() > lastMs && isOwnRead) return false
  }
}
