import { isTransient } from '../../client/server-unreachable.ts'
import type { NewStep, StepAddress, TailraceClient } from '../../client/tailrace-client.ts'
import { isTailraceError, type TailraceError } from '../../contract/errors.ts'
import type { ShowBuildAnswer } from '../../contract/operations/reading/show-build.ts'
import type { CreateBuildAnswer } from '../../contract/operations/writing/create-build.ts'
import { KIB, MIB } from '../../contract/quantities.ts'
import { nameWithSuffix } from '../command-line/read-values.ts'
import { BytesLost, type LogSource } from './log-source.ts'
import type { EndRecord, SpoolMeta } from './spool-entry.ts'

/**
 * Output is collected for this long before it is sent, so that a busy command makes few requests.
 */
const COLLECT_MS = 250
const REQUEST_MAX_BYTES = MIB
const REQUEST_MIN_BYTES = 64 * KIB
/** How much of a log that exists is compared with ours before more is appended to it. */
const COMPARED_BYTES = 64 * KIB
const STEP_NAMES_TRIED = 100

export interface UploadOptions {
  readonly client: TailraceClient
  readonly meta: Omit<SpoolMeta, 'writer'>
  readonly log: LogSource
  readonly signal: AbortSignal
  /** Called each time the delivery makes progress. */
  readonly onProgress: (head: number) => void
  /** The outcomes of the build's other steps whose logs still wait in the spool. */
  readonly undelivered?: () => Promise<readonly EndRecord['outcome'][]>
  /** Called when the build and the step exist. */
  readonly onJoined: (ids: StepIds) => Promise<void>
  /** Called with the number of bytes of this log that the server already has. */
  readonly onFound?: (head: number) => void
  /** Called when another log has the step's name; the next try uses this name. */
  readonly onRenamed: (stepName: string) => Promise<void>
}

/** The ids of a step and of its build. */
export interface StepIds {
  readonly jobId: string
  readonly buildNo: number
  readonly recordId: string
  readonly stepId: number
}

/** The step that got the log. */
export interface Delivered {
  readonly stepId: number
  readonly stepName: string
  /** The server has the whole log, and its SHA-256 is the runner's. */
  readonly verified: boolean
}

/** The step has another log: that of an earlier run with the same name, or of someone else. */
class StepTaken extends Error {}

/**
 * Uploads one log to its step, from the server's head on, until the log ends; then finishes the
 * step and the build. It may be repeated, and two may run at once, because appends are idempotent.
 * Rejects with the first failure; the caller repeats it after a transient one.
 */
export class StepUpload {
  readonly #options: UploadOptions
  #stepName: string
  #step: { readonly address: StepAddress; readonly client: TailraceClient } | undefined
  /** The server has accepted the upload token in use. */
  #tokenAccepted = false
  #head = 0
  /** The server's bytes are known to be the beginning of this log. */
  #isOurs = false
  #requestBytes = REQUEST_MAX_BYTES
  #stepFinished = false

  constructor(options: UploadOptions) {
    this.#options = options
    this.#stepName = options.meta.stepName
  }

  /** The number of bytes that the server has, as far as is known. */
  get head(): number {
    return this.#head
  }

  async run(): Promise<Delivered> {
    const { meta, log } = this.#options
    for (let names = 1; ; names++) {
      try {
        return await this.#deliver()
      } catch (error) {
        const mayRename = meta.stepId === undefined && log.keptFrom === 0 && names < STEP_NAMES_TRIED
        if (!(error instanceof StepTaken && mayRename)) throw error
        await this.#takeNextName(names + 1)
      }
    }
  }

  async #deliver(): Promise<Delivered> {
    this.#step ??= await this.#join()
    const { address, client } = this.#step
    this.#advance(await client.headOfLog(address, this.#call()))
    await this.#compareBeginning()
    for (;;) {
      const end = await this.#collect()
      if (end !== undefined && this.#head >= this.#options.log.sizeBytes) return this.#finish(end)
      await this.#sendNext()
    }
  }

  /** Finds or creates the build and the step. */
  async #join() {
    const { client, meta, onJoined } = this.#options
    const step = this.#wantedStep
    const build = await this.#openBuild(step)
    const found = stepIn(build, step)
    if (found === undefined) throw new Error(`the server did not create the step ${step.name}`)
    const address = { recordId: meta.recordId, stepId: found.step_id }
    await onJoined({ ...address, jobId: build.job_id, buildNo: build.build_no })
    this.#tokenAccepted = false
    return {
      address,
      client: client.withToken(build.upload_token, rejection => this.#renewToken(rejection)),
    }
  }

  /**
   * An upload token that was accepted before has expired; the runner's own credentials get another.
   */
  async #renewToken(rejection: TailraceError): Promise<string> {
    if (!this.#tokenAccepted) throw rejection
    this.#tokenAccepted = false
    return (await this.#openBuild(this.#wantedStep)).upload_token
  }

  get #wantedStep(): NewStep {
    const { stepId } = this.#options.meta
    return { name: this.#stepName, ...(stepId !== undefined && { step_id: stepId }) }
  }

  /** The build with the step. Others may have created it, in another job. */
  async #openBuild(step: NewStep): Promise<CreateBuildAnswer> {
    const joined = this.#options.meta.joins ? await this.#addStep(step) : undefined
    return joined ?? (await this.#createBuild(step))
  }

  async #createBuild(step: NewStep): Promise<CreateBuildAnswer> {
    const { client, meta } = this.#options
    const { jobName: job_name, recordId: record_id, source } = meta
    const build = { job_name, record_id, ...(source !== undefined && { source }), steps: [step] }
    try {
      const answer = await client.createBuild(build, this.#call())
      if (stepIn(answer, step) !== undefined) return answer
    } catch (error) {
      const existing = isTransient(error) ? undefined : await this.#addStep(step)
      if (existing === undefined) throw error
      return existing
    }
    return client.addSteps(meta.recordId, [step], this.#call())
  }

  /** undefined when the build does not exist. */
  async #addStep(step: NewStep): Promise<CreateBuildAnswer | undefined> {
    const { client, meta } = this.#options
    try {
      return await client.addSteps(meta.recordId, [step], this.#call())
    } catch (error) {
      if (isTailraceError(error, 'not-found')) return undefined
      throw error
    }
  }

  async #compareBeginning(): Promise<void> {
    if (this.#isOurs) return
    const { log, signal, onFound } = this.#options
    if (this.#head < log.keptFrom) throw new BytesLost(this.#head)
    if (this.#head > log.keptFrom) {
      while (log.sizeBytes === 0 && log.end === undefined) await log.changed(signal)
      if (log.sizeBytes === 0) throw new StepTaken('the step holds another log')
      const from = log.keptFrom
      await this.#append(from, await log.read(from, Math.min(this.#head - from, COMPARED_BYTES)))
    }
    this.#isOurs = true
    onFound?.(this.#head)
  }

  /**
   * Waits until there are enough bytes for a request. Resolves to the log's end once it is known.
   */
  async #collect(): Promise<EndRecord | undefined> {
    const { log, signal } = this.#options
    while (log.end === undefined && log.sizeBytes <= this.#head) await log.changed(signal)
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), COLLECT_MS)
    try {
      const either = AbortSignal.any([signal, late.signal])
      while (log.end === undefined && log.sizeBytes - this.#head < REQUEST_MAX_BYTES)
        await log.changed(either)
    } catch {
      signal.throwIfAborted()
    } finally {
      clearTimeout(timer)
    }
    return log.end
  }

  async #sendNext(): Promise<void> {
    const bytes = await this.#options.log.read(this.#head, this.#requestBytes)
    try {
      await this.#append(this.#head, bytes)
      this.#requestBytes = Math.min(this.#requestBytes * 2, REQUEST_MAX_BYTES)
    } catch (error) {
      // On a slow connection, a smaller request still completes in time.
      this.#requestBytes = Math.max(this.#requestBytes / 2, REQUEST_MIN_BYTES)
      throw error
    }
  }

  async #append(offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { address, client } = this.#step!
    try {
      this.#advance(await client.append(address, offset, bytes, this.#call()))
      // No more than was sent: what follows in the step may be another log's.
      this.#options.log.acknowledge(offset + bytes.length)
    } catch (error) {
      if (!isTailraceError(error, 'offset-conflict') && !isTailraceError(error, 'log-sealed')) throw error
      const head = error.detail.head ?? offset
      // Above the head: the server says where to continue. Otherwise it has other bytes there.
      if (error.code === 'log-sealed' || head >= offset) throw new StepTaken(error.message, { cause: error })
      this.#advance(head)
    }
  }

  async #finish(end: EndRecord): Promise<Delivered> {
    const { meta, onProgress } = this.#options
    const isCut = end.sha256 === undefined && this.#options.log.sizeBytes < end.sizeBytes
    if (isCut) await this.#appendCutLine(end)
    const { stepId } = this.#step!.address
    const { outcome: status, sizeBytes: size, sha256 } = end
    const checked = sha256 === undefined ? { status } : { status, size, sha256 }
    const { verified } = await this.#finishStep(checked)
    // Reported once: repeated tries to finish the build are not progress.
    if (!this.#stepFinished) onProgress(this.#head)
    this.#stepFinished = true
    if (sha256 !== undefined && !verified) throw new Error('the server did not verify the log')
    if (meta.finishesBuild) await this.#finishBuild(meta.joins ? await this.#worstOutcome(status) : status)
    onProgress(this.#head)
    return { stepId, stepName: this.#stepName, verified }
  }

  async #finishStep(body: Parameters<TailraceClient['finishStep']>[1]) {
    const { address, client } = this.#step!
    try {
      return await client.finishStep(address, body, this.#call())
    } catch (error) {
      if (isTailraceError(error, 'log-sealed')) throw new StepTaken(error.message, { cause: error })
      throw error
    }
  }

  /** The upload token may read the build too. */
  async #worstOutcome(own: EndRecord['outcome']): Promise<EndRecord['outcome']> {
    const { meta, undelivered } = this.#options
    // A log that is delivered in between is counted twice, not missed.
    const waiting = (await undelivered?.()) ?? []
    const { steps } = await this.#step!.client.showBuild(meta.recordId, this.#call())
    return buildOutcome(own, steps, waiting)
  }

  /** A build has one result. When several runs set it, the first one counts. */
  async #finishBuild(status: string): Promise<void> {
    // The upload token is valid even when the credentials that created the build no longer are.
    const { client } = this.#step!
    try {
      await client.finishBuild(this.#options.meta.recordId, { status }, this.#call())
    } catch (error) {
      if (!isTailraceError(error, 'finish-mismatch')) throw error
    }
  }

  /** The line is always the same, so that a repetition finds it. */
  async #appendCutLine(end: EndRecord): Promise<void> {
    const { address, client } = this.#step!
    const line = new TextEncoder().encode(
      `\ntailrace: the log is cut here: it had ${end.sizeBytes} bytes, and the rest could not be kept\n`,
    )
    if (this.#head >= line.length) {
      try {
        await client.append(address, this.#head - line.length, line, this.#call())
        return
      } catch (error) {
        if (!isTailraceError(error, 'offset-conflict') && !isTailraceError(error, 'log-sealed')) throw error
      }
    }
    this.#advance(await client.append(address, this.#head, line, this.#call()))
  }

  async #takeNextName(number: number): Promise<void> {
    this.#stepName = nameWithSuffix(this.#options.meta.stepName, ` (${number})`)
    this.#step = undefined
    this.#isOurs = false
    this.#head = 0
    await this.#options.onRenamed(this.#stepName)
  }

  /** The server answered with the head, so it accepts the token. */
  #advance(head: number): void {
    this.#tokenAccepted = true
    if (head > this.#head) this.#options.onProgress(head)
    this.#head = head
  }

  #call() {
    return { signal: this.#options.signal }
  }
}

function stepIn(build: CreateBuildAnswer, wanted: NewStep) {
  return build.steps.find(({ name, step_id }) =>
    wanted.step_id === undefined ? name === wanted.name : step_id === wanted.step_id && name === wanted.name,
  )
}

/**
 * The outcome of a build that several runs make: that of its worst step. A failed step outweighs an
 * aborted one, and a step that went silent counts as aborted. Steps that never started or still run
 * do not count.
 */
export function buildOutcome(
  own: EndRecord['outcome'],
  steps: readonly Pick<ShowBuildAnswer['steps'][number], 'state' | 'status'>[],
  undelivered: readonly EndRecord['outcome'][],
): EndRecord['outcome'] {
  const ended = steps.map(({ state, status }) => (state === 'abandoned' ? 'ABORTED' : status))
  const all = [own, ...ended, ...undelivered]
  return all.includes('FAILURE') ? 'FAILURE' : all.includes('ABORTED') ? 'ABORTED' : 'SUCCESS'
}
