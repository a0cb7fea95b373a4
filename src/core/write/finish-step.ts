import { TailraceError } from '../../contract/errors.ts'
import type { ByteOffset } from '../../contract/quantities.ts'
import type { Outcome, Step } from '../ports/build-catalog.ts'
import { currentStep, openLog, type WritePorts } from './live-logs.ts'

export interface StepFinish {
  readonly outcome: Outcome
  /** The log's length according to the writer, if given. */
  readonly sizeBytes?: ByteOffset
  /** The log's SHA-256 according to the writer, if given: 64 lower-case hexadecimal digits. */
  readonly sha256?: string
}

export interface FinishedStep {
  readonly outcome: Outcome
  readonly sizeBytes: ByteOffset
  readonly sha256: string
  readonly verified: boolean
}

/**
 * Seals a step's log (docs/api.md §4): from then on it never grows, and its length and SHA-256 are
 * known. The same finish again resolves to the same. Rejects with `offset-conflict` (detail: head)
 * when the writer's size is past the head, `finish-mismatch` (detail: head and sha256 of what is
 * stored) when the size is below the head or the hash differs, and `log-sealed` when the step was
 * finished with other values. After the first two the log stays open.
 */
export function finishStep(ports: WritePorts, step: Step, finish: StepFinish): Promise<FinishedStep> {
  return ports.locks.hold(step.log, async () => {
    const current = await currentStep(ports, step)
    if (current.state === 'sealed') return repeatedFinish(current, finish)
    return seal(ports, current, finish, await stopAppends(ports, current))
  })
}

/**
 * An append that comes before the step is sealed waits for the log's lock, then opens the log
 * again.
 */
async function stopAppends(ports: WritePorts, step: Step): Promise<ByteOffset> {
  await openLog(ports, step, ports.clock(), 'to-finish')
  return ports.journal.close(step.log)
}

async function seal(
  { builds, digests, lastAppends, quotas, reader, notifier, clock, onSealed }: WritePorts,
  step: Step,
  finish: StepFinish,
  head: ByteOffset,
): Promise<FinishedStep> {
  if (finish.sizeBytes !== undefined && finish.sizeBytes > head) throw missing(finish.sizeBytes, head)
  const sha256 = await digests.upTo(step.log, head, reader)
  if (finish.sizeBytes !== undefined && finish.sizeBytes !== head)
    throw mismatch(`The log has ${head} bytes, not ${finish.sizeBytes}.`, head, sha256)
  if (finish.sha256 !== undefined && finish.sha256 !== sha256)
    throw mismatch(`The log's sha256 is ${sha256}.`, head, sha256)
  const sealed = { sizeBytes: head, sha256, verified: finish.sha256 !== undefined, outcome: finish.outcome }
  const change = { state: 'sealed', finishedAtMs: clock(), ...sealed } as const
  if (!(await builds.changeStep(step.log, ['running'], change)))
    throw new TailraceError('store-unavailable', 'The step changed meanwhile: finish it again.')
  digests.forget(step.log)
  lastAppends.delete(step.log)
  quotas.endLog(step.log)
  notifier.announce(step.log, head)
  notifier.announceBuild(step.projectId, step.recordId)
  onSealed?.(step.log, head)
  return sealed
}

function repeatedFinish(step: Step, finish: StepFinish): FinishedStep {
  const { outcome, sizeBytes, sha256, verified } = step
  if (outcome === undefined || sizeBytes === undefined || sha256 === undefined || verified === undefined)
    throw new TailraceError('internal', `sealed log ${step.log} has no size or hash`)
  const same =
    finish.outcome === outcome &&
    (finish.sizeBytes ?? sizeBytes) === sizeBytes &&
    (finish.sha256 === undefined ? !verified : finish.sha256 === sha256)
  if (!same)
    throw new TailraceError(
      'log-sealed',
      `The step is finished with status ${outcome} and ${sizeBytes} bytes.`,
      { head: sizeBytes, sha256 },
    )
  return { outcome, sizeBytes, sha256, verified }
}

function missing(size: ByteOffset, head: ByteOffset): TailraceError {
  return new TailraceError('offset-conflict', `The log ends at ${head}, before ${size}: bytes are missing.`, {
    head,
  })
}

function mismatch(message: string, head: ByteOffset, sha256: string): TailraceError {
  return new TailraceError('finish-mismatch', message, { head, sha256 })
}
