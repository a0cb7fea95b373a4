import { setTimeout as sleep } from 'node:timers/promises'
import { KIB } from '../../contract/quantities.ts'
import type { CommandEnd, StartedCommand } from './start-command.ts'

/** Children that outlive the command are listened to until they are silent for this long ... */
const SILENT_MS = 1_000
/** ... and no longer than this. */
const AFTERMATH_MAX_MS = 10_000
/** More than a FIFO and the buffers behind it hold. */
const IN_FLIGHT_MAX_BYTES = 256 * KIB

export interface FollowedCommand {
  readonly end: CommandEnd
  /** All that held the output is gone; false when children that still run were left. */
  readonly isComplete: boolean
}

/** Hands on all output of a command, one chunk after the other, until the command has ended and with it its output, or that of the children it left falls silent; they live on. */
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
  // A destroyed output ends its loop with an error that tells nothing new.
  const drained = closed.catch(() => {}).then(() => true)
  const end = await ended
  const isComplete = await aftermath(seen, drained)
  leave(!isComplete)
  await drained
  return { end, isComplete }
}

/** Whatever the command itself wrote has come when nothing waits to be read, or when more came since than a FIFO and a socket hold. */
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
