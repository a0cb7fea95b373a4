import { type BuildNo, type JobId, type RecordId, type StepId, taskName } from '../contract/ids.ts'
import { type ShowRecordInfoAnswer, showRecordInfo } from '../contract/operations/builds/show-record-info.ts'
import type { TokenAnswer } from '../contract/operations/identity/create-token.ts'
import { describeToken } from '../contract/operations/identity/describe-token.ts'
import { revokeToken } from '../contract/operations/identity/revoke-token.ts'
import { downloadTaskLog } from '../contract/operations/logs/download-task-log.ts'
import { type ReadStepLogAnswer, readStepLog } from '../contract/operations/logs/read-step-log.ts'
import { type ListBuildsAnswer, listBuilds } from '../contract/operations/reading/list-builds.ts'
import { type ListJobsAnswer, listJobs } from '../contract/operations/reading/list-jobs.ts'
import { readRawLog } from '../contract/operations/reading/read-raw-log.ts'
import {
  type SearchEndAnswer,
  type SearchHitAnswer,
  searchLog,
} from '../contract/operations/reading/search-log.ts'
import { type ShowBuildAnswer, showBuild } from '../contract/operations/reading/show-build.ts'
import { addSteps } from '../contract/operations/writing/add-steps.ts'
import { appendLog, TUS_VERSION, UPLOAD_MEDIA_TYPE } from '../contract/operations/writing/append-log.ts'
import {
  type CreateBuildAnswer,
  type CreateBuildBody,
  createBuild,
} from '../contract/operations/writing/create-build.ts'
import {
  type FinishBuildAnswer,
  type FinishBuildBody,
  finishBuild,
} from '../contract/operations/writing/finish-build.ts'
import {
  type FinishStepAnswer,
  type FinishStepBody,
  finishStep,
} from '../contract/operations/writing/finish-step.ts'
import type { ByteOffset } from '../contract/quantities.ts'
import { wholeNumber } from './api-error.ts'
import type { Credentials, PasswordCredentials } from './credentials.ts'
import { type CallOptions, HttpSender, type SenderSettings } from './http-sender.ts'
import { type LogAddress, type LogPage, type PageQuery, pageOf, pageParameters } from './log-page.ts'
import { type LogChunk, type ReadLogOptions, readLog } from './read-log.ts'
import { type ResumingStreamOptions, resumingStream } from './resuming-stream.ts'
import { type SearchQuery, searchHits } from './search-log.ts'
import { ServerUnreachable } from './server-unreachable.ts'
import { skipBytes } from './skip-bytes.ts'
import { type LogSource, type UploadOptions, uploadLog } from './upload-log.ts'

export interface ClientOptions extends SenderSettings {
  readonly credentials: Credentials
}

/** Names the log of one step. */
export interface StepAddress {
  readonly recordId: RecordId
  readonly stepId: StepId
}

export interface NewStep {
  readonly name: string
  readonly step_id?: StepId
}

/** Which part of a list. */
export interface ListPart {
  /** `next_cursor` of the part before. */
  readonly cursor?: string
  /** Entries at most, up to 100. */
  readonly limit?: number
}

/** How far a log is. */
export interface LogState {
  readonly head: ByteOffset
  readonly sealed: boolean
  /** Of a sealed log: its hash, 64 hexadecimal digits in lower case. */
  readonly sha256: string | undefined
}

/** A snapshot of a log on its way. */
export interface LogDownload extends LogState {
  /** The bytes from the chosen one up to `head`. */
  readonly body: ReadableStream<Uint8Array>
}

export interface DownloadOptions extends CallOptions {
  /** Default: 0. */
  readonly from?: ByteOffset
  /** A download that brings nothing for so long is resumed. Default: 60,000. */
  readonly idleTimeoutMs?: number
}

/**
 * A server of build logs, as one caller sees it; the names and fields are those of the wire (docs/api.md). Every method
 * rejects with the `TailraceError` that the answer states, with `ServerUnreachable` when no answer came, and with the reason of an aborted signal.
 */
export class TailraceClient {
  readonly #options: ClientOptions
  readonly #sender: HttpSender

  /** Throws a `TypeError` that names what is missing or wrong in the options. */
  constructor(options: ClientOptions) {
    const { credentials, ...settings } = options
    this.#options = options
    this.#sender = new HttpSender(settings, credentials)
  }

  /** The same server, as the holder of a token: of an upload token, for the appends to its build. */
  withToken(token: string): TailraceClient {
    return new TailraceClient({ ...this.#options, credentials: { token } })
  }

  /** A token of the project by name and password, good for 24 hours. */
  obtainToken(credentials: PasswordCredentials, options: CallOptions = {}): Promise<string> {
    return this.#sender.obtainToken(credentials, options)
  }

  /** What the caller's token stands for. */
  async describeToken(token: string): Promise<TokenAnswer['token']> {
    const headers = { 'X-Subject-Token': token }
    return (await jsonOf<TokenAnswer>(await this.#sender.send(describeToken, { headers }))).token
  }

  /** Ends a token at once. */
  async revokeToken(token: string): Promise<void> {
    await this.#sender.send(revokeToken, { headers: { 'X-Subject-Token': token } })
  }

  /** Makes a build; with a `record_id` that exists, answers that build. */
  async createBuild(body: CreateBuildBody, options: CallOptions = {}): Promise<CreateBuildAnswer> {
    const repeatable = body.record_id !== undefined
    const response = await this.#sender.send(createBuild, { ...options, json: body, repeatable })
    return jsonOf<CreateBuildAnswer>(response)
  }

  /** Adds steps to a build, and answers all its steps. */
  async addSteps(
    recordId: RecordId,
    steps: readonly NewStep[],
    options: CallOptions = {},
  ): Promise<CreateBuildAnswer> {
    const params = { record_id: recordId }
    const response = await this.#sender.send(addSteps, {
      ...options,
      params,
      json: { steps },
      repeatable: true,
    })
    return jsonOf<CreateBuildAnswer>(response)
  }

  /** Appends at `offset`; resolves to the log's head when all is durable. `offset-conflict` and `log-sealed` carry the head. */
  async append(
    step: StepAddress,
    offset: ByteOffset,
    bytes: Uint8Array<ArrayBuffer>,
    options: CallOptions = {},
  ): Promise<ByteOffset> {
    const headers = {
      'Tus-Resumable': TUS_VERSION,
      'Content-Type': UPLOAD_MEDIA_TYPE,
      'Upload-Offset': String(offset),
    }
    const response = await this.#sender.send(appendLog, {
      ...options,
      params: paramsOf(step),
      headers,
      bytes,
    })
    return headOf(response)
  }

  /** The log's head: how many bytes it has. */
  async headOfLog(step: StepAddress, options: CallOptions = {}): Promise<ByteOffset> {
    return (await this.stateOfLog(step, options)).head
  }

  async stateOfLog(step: StepAddress, options: CallOptions = {}): Promise<LogState> {
    const route = { method: 'HEAD', path: appendLog.path } as const
    const headers = { 'Tus-Resumable': TUS_VERSION }
    const response = await this.#sender.send(route, { ...options, params: paramsOf(step), headers })
    const sealed = response.headers.has('upload-length')
    const sha256 = /"([0-9a-f]{64})\b/.exec(response.headers.get('etag') ?? '')?.[1]
    return { head: headOf(response), sealed, sha256 }
  }

  /** Brings a log's bytes to the server, from wherever its head is; resolves to the head when all are durable. See `upload-log.ts`. */
  uploadLog(step: StepAddress, source: LogSource, options: UploadOptions = {}): Promise<ByteOffset> {
    const target = {
      head: (call: CallOptions) => this.headOfLog(step, call),
      append: (offset: ByteOffset, bytes: Uint8Array<ArrayBuffer>, call: CallOptions) =>
        this.append(step, offset, bytes, call),
    }
    return uploadLog(target, source, options)
  }

  /** Seals the log of a step. `finish-mismatch` and `offset-conflict` when it is not of this size and hash. */
  async finishStep(
    step: StepAddress,
    body: FinishStepBody,
    options: CallOptions = {},
  ): Promise<FinishStepAnswer> {
    const response = await this.#sender.send(finishStep, {
      ...options,
      params: paramsOf(step),
      json: body,
      repeatable: true,
    })
    return jsonOf<FinishStepAnswer>(response)
  }

  async finishBuild(
    recordId: RecordId,
    body: FinishBuildBody,
    options: CallOptions = {},
  ): Promise<FinishBuildAnswer> {
    const params = { record_id: recordId }
    const response = await this.#sender.send(finishBuild, {
      ...options,
      params,
      json: body,
      repeatable: true,
    })
    return jsonOf<FinishBuildAnswer>(response)
  }

  /** Jobs, the newest first, each with its newest build; go on with the answer's `next_cursor`. */
  async listJobs(part: ListPart = {}, options: CallOptions = {}): Promise<ListJobsAnswer> {
    return jsonOf(await this.#sender.send(listJobs, { ...options, query: { ...part } }))
  }

  /** The builds of a job, the newest first. */
  async listBuilds(jobId: JobId, part: ListPart = {}, options: CallOptions = {}): Promise<ListBuildsAnswer> {
    const params = { job_id: jobId }
    return jsonOf(await this.#sender.send(listBuilds, { ...options, params, query: { ...part } }))
  }

  /** A build with its steps. */
  async showBuild(recordId: RecordId, options: CallOptions = {}): Promise<ShowBuildAnswer> {
    return jsonOf(await this.#sender.send(showBuild, { ...options, params: { record_id: recordId } }))
  }

  /** The record of the build with this number; of this server and of CodeArts Build. */
  async findRecord(jobId: JobId, buildNo: BuildNo, options: CallOptions = {}): Promise<RecordId> {
    const params = { job_id: jobId, build_no: buildNo }
    const response = await this.#sender.send(showRecordInfo, { ...options, params })
    return (await jsonOf<ShowRecordInfoAnswer>(response)).result.build_record_id
  }

  /** A page of a step's log, from the contract's own route: of this server and of CodeArts Build. */
  async readStepPage(query: PageQuery, options: CallOptions = {}): Promise<LogPage> {
    const response = await this.#sender.send(readStepLog, { ...options, query: pageParameters(query) })
    return pageOf(await jsonOf<ReadStepLogAnswer>(response))
  }

  /** The text of a log as it comes, resuming by itself; of this server and of CodeArts Build. See `read-log.ts`. */
  readLog(log: LogAddress, options: ReadLogOptions = {}): AsyncGenerator<LogChunk, void, undefined> {
    return readLog((query, call) => this.readStepPage(query, call), log, options)
  }

  /** Lines of a log in which a pattern is found, as they are found; returns at last how many, and whether all was searched. */
  async *searchLog(
    step: StepAddress,
    { pattern: q, regex, ignoreCase, from, limit, countOnly: count_only }: SearchQuery,
    options: CallOptions = {},
  ): AsyncGenerator<SearchHitAnswer, SearchEndAnswer> {
    const query = { q, regex: regex ?? false, case: !ignoreCase, from, limit, count_only }
    const params = paramsOf(step)
    const response = await this.#sender.send(searchLog, { ...options, params, query, streams: true })
    return yield* searchHits(bodyOf(response))
  }

  /** The exact bytes that a log has now, as a stream that resumes by Range where it breaks off. */
  async downloadLog(step: StepAddress, options: DownloadOptions = {}): Promise<LogDownload> {
    const state = await this.stateOfLog(step, options)
    const from = Math.min(options.from ?? 0, state.head)
    const open = async (at: ByteOffset, signal: AbortSignal) => {
      const headers = { Range: `bytes=${at}-${state.head - 1}` }
      const request = { ...options, signal, params: paramsOf(step), headers, streams: true, retries: 0 }
      const response = await this.#sender.send(readRawLog, request)
      const range = response.headers.get('content-range') ?? ''
      if (!range.startsWith(`bytes ${at}-`))
        throw new ServerUnreachable('the answer is not the range asked for')
      return bodyOf(response)
    }
    return { ...state, body: this.#resuming(options, { from, to: state.head, open }) }
  }

  /**
   * The log of a step as a file that streams in, of this server and of CodeArts Build; DEBUG is every byte. Where it breaks off
   * it is asked for again and skipped up to that byte: a log only grows.
   */
  async downloadTaskLog(
    { recordId, stepId }: StepAddress,
    logLevel: 'INFO' | 'DEBUG' = 'INFO',
    options: Omit<DownloadOptions, 'from'> = {},
  ): Promise<ReadableStream<Uint8Array>> {
    const params = { record_id: recordId }
    const query = { task_name: taskName(stepId), log_level: logLevel }
    const request = { ...options, params, query, streams: true }
    // What is refused is refused here, not when the stream is read.
    let first: Response | undefined = await this.#sender.send(downloadTaskLog, request)
    const open = async (at: ByteOffset, signal: AbortSignal) => {
      const response = first ?? (await this.#sender.send(downloadTaskLog, { ...request, signal, retries: 0 }))
      first = undefined
      return at === 0 ? bodyOf(response) : skipBytes(bodyOf(response), at)
    }
    return this.#resuming(options, { from: 0, to: undefined, open })
  }

  #resuming(options: DownloadOptions, stream: Pick<ResumingStreamOptions, 'from' | 'to' | 'open'>) {
    return resumingStream({ ...options, ...this.#sender.retrying(options), ...stream })
  }
}

function bodyOf(response: Response): ReadableStream<Uint8Array> {
  return response.body ?? new ReadableStream({ start: controller => controller.close() })
}

function paramsOf({ recordId, stepId }: StepAddress) {
  return { record_id: recordId, step_id: stepId }
}

function headOf(response: Response): ByteOffset {
  const head = wholeNumber(response.headers.get('upload-offset'))
  if (head === undefined) throw new ServerUnreachable('the answer names no Upload-Offset: not this server?')
  return head
}

async function jsonOf<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T
  } catch (error) {
    throw new ServerUnreachable('the answer is not JSON: not this server?', { cause: error })
  }
}
