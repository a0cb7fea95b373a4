import { isTransient } from '../../client/server-unreachable.ts'
import type { NewStep, StepAddress, TailraceClient } from '../../client/tailrace-client.ts'
import { isTailraceError } from '../../contract/errors.ts'
import type { CreateBuildAnswer } from '../../contract/operations/writing/create-build.ts'
import { KIB, MIB } from '../../contract/quantities.ts'
import { nameWithSuffix } from '../command-line/read-values.ts'
import { buildOutcome } from './build-outcome.ts'
import { BytesLost, type LogSource } from './log-source.ts'
import type { EndRecord, SpoolMeta } from './spool-entry.ts'

/** Output is collected this long before it is sent, so that a busy command makes few requests. */
const COLLECT_MS = 250
const REQUEST_MAX_BYTES = MIB
const REQUEST_MIN_BYTES = 64 * KIB
/** So much of a log that exists already is compared with what we still have of ours, before more is appended to it. */
const COMPARED_BYTES = 64 * KIB
const STEP_NAMES_TRIED = 100

export interface UploadOptions {
  readonly client: TailraceClient
  readonly meta: Omit<SpoolMeta, 'writer'>
  readonly log: LogSource
  readonly signal: AbortSignal
  /** Called with each sign that the delivery goes forward. */
  readonly onProgress: (head: number) => void
  /** How other steps of the build ended whose logs wait where the server does not see them. */
  readonly undelivered?: () => Promise<readonly EndRecord['outcome'][]>
  /** Called when the build and the step are there. */
  readonly onJoined: (ids: StepIds) => Promise<void>
  /** Called with how much of this log the server was found to have. */
  readonly onFound?: (head: number) => void
  /** Called when the step's name was taken by another log; the next try goes by this name. */
  readonly onRenamed: (stepName: string) => Promise<void>
}

/** Which step of which build a log is. */
export interface StepIds {
  readonly jobId: string
  readonly buildNo: number
  readonly recordId: string
  readonly stepId: number
}

/** Where a log is delivered to. */
export interface Delivered {
  readonly stepId: number
  readonly stepName: string
  /** The server holds the whole log, and its hash is the runner's. */
  readonly verified: boolean
}

/** The step holds another log: an earlier run by the same name, or somebody else's. */
class StepTaken extends Error {}

/**
 * Brings one log to its step, from wherever the server's head is, follows it until its end, and finishes the step and the
 * build. Can be repeated and run twice at once, as an append is idempotent. Rejects with the first failure; a caller
 * repeats after a transient one.
 */
export class StepUpload {
  readonly #options: UploadOptions
  #stepName: string
  #step: { readonly address: StepAddress; readonly client: TailraceClient } | undefined
  /** The server has taken the upload token at least once. */
  #tokenServed = false
  #head = 0
  /** The server's bytes were found to be the beginning of this log. */
  #isOurs = false
  #requestBytes = REQUEST_MAX_BYTES
  #stepFinished = false

  constructor(options: UploadOptions) {
    this.#options = options
    this.#stepName = options.meta.stepName
  }

  /** How many bytes the server has, as far as is known. */
  get head(): number {
    return this.#head
  }

  async run(): Promise<Delivered> {
    for (let names = 1; ; names++) {
      try {
        return await this.#deliver()
      } catch (error) {
        if (isTailraceError(error, 'not-authenticated') && this.#tokenServed) {
          // The upload token has run out; the runner's own credentials get another.
          this.#step = undefined
          this.#tokenServed = false
        } else if (
          error instanceof StepTaken &&
          names < STEP_NAMES_TRIED &&
          this.#options.meta.stepId === undefined &&
          this.#options.log.keptFrom === 0
        ) {
          await this.#takeNextName(names + 1)
        } else throw error
      }
    }
  }

  async #deliver(): Promise<Delivered> {
    this.#step ??= await this.#join()
    const { address, client } = this.#step
    this.#advance(await client.headOfLog(address, this.#call()))
    this.#tokenServed = true
    await this.#compareBeginning()
    for (;;) {
      const end = await this.#collect()
      if (end !== undefined && this.#head >= this.#options.log.sizeBytes) return this.#finish(end)
      await this.#sendNext()
    }
  }

  /** Finds or makes the build and the step. A build that others make may be there, under the name of another job. */
  async #join() {
    const { client, meta } = this.#options
    const step = { name: this.#stepName, ...(meta.stepId !== undefined && { step_id: meta.stepId }) }
    const build = (meta.joins ? await this.#addStep(step) : undefined) ?? (await this.#makeBuild(step))
    const found = stepIn(build, step)
    if (found === undefined) throw new Error(`the server did not make the step ${step.name}`)
    const address = { recordId: meta.recordId, stepId: found.step_id }
    await this.#options.onJoined({ ...address, jobId: build.job_id, buildNo: build.build_no })
    return {
      address,
      client: client.withToken(build.upload_token),
    }
  }

  async #makeBuild(step: NewStep): Promise<CreateBuildAnswer> {
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

  /** undefined when the build is not there. */
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

  /** Waits until there is something worth a request; resolves to the log's end once that is known. */
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
      // On a slow line a smaller request still gets through in time.
      this.#requestBytes = Math.max(this.#requestBytes / 2, REQUEST_MIN_BYTES)
      throw error
    }
  }

  async #append(offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { address, client } = this.#step!
    try {
      this.#advance(await client.append(address, offset, bytes, this.#call()))
      // No more than was sent: the step may hold more, and another's.
      this.#options.log.acknowledge(offset + bytes.length)
    } catch (error) {
      if (!isTailraceError(error, 'offset-conflict') && !isTailraceError(error, 'log-sealed')) throw error
      const head = error.detail.head ?? offset
      // Past the head: the server names where to go on. Otherwise other bytes stand there.
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
    // Said again before each try to finish the build, it would keep up a hope that nothing feeds.
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

  /** By the upload token, which reads the build too. */
  async #worstOutcome(own: EndRecord['outcome']): Promise<EndRecord['outcome']> {
    const { meta, undelivered } = this.#options
    // What is delivered in between is counted twice, not missed.
    const waiting = (await undelivered?.()) ?? []
    const { steps } = await this.#step!.client.showBuild(meta.recordId, this.#call())
    return buildOutcome(own, steps, waiting)
  }

  /** A build has one result; when several runs set it, the first one's stays. */
  async #finishBuild(status: string): Promise<void> {
    // By the upload token, which holds when the credentials that made the build no longer do.
    const { client } = this.#step!
    try {
      await client.finishBuild(this.#options.meta.recordId, { status }, this.#call())
    } catch (error) {
      if (!isTailraceError(error, 'finish-mismatch')) throw error
    }
  }

  /** The same line each time, so that a repetition finds it there. */
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

  #advance(head: number): void {
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
