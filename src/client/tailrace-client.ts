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
import type { Credentials, PasswordCredentials, TokenCredentials } from './credentials.ts'
import { type CallOptions, HttpSender, type SenderSettings } from './http-sender.ts'
import { type LogAddress, type LogPage, type PageQuery, pageOf, pageParameters } from './log-page.ts'
import { type LogChunk, type ReadLogOptions, readLog } from './read-log.ts'
import { type ResumingStreamOptions, resumingStream, skipBytes } from './resuming-stream.ts'
import { type SearchQuery, searchHits } from './search-log.ts'
import { ServerUnreachable } from './server-unreachable.ts'
import { type LogSource, type UploadOptions, uploadLog } from './upload-log.ts'

export interface ClientOptions extends SenderSettings {
  readonly credentials: Credentials
}

/** One step of one build, and its log. */
export interface StepAddress {
  readonly recordId: RecordId
  readonly stepId: StepId
}

export interface NewStep {
  readonly name: string
  readonly step_id?: StepId
}

/** One page of a list. */
export interface ListPart {
  /** `next_cursor` of the previous page. */
  readonly cursor?: string
  /** The maximum number of entries, up to 100. */
  readonly limit?: number
}

/** The length of a log, and whether it is finished. */
export interface LogState {
  /** The number of bytes in the log. */
  readonly head: ByteOffset
  /** The log is finished and never grows again. */
  readonly sealed: boolean
  /** Of a sealed log, its SHA-256: 64 hexadecimal digits in lower case. */
  readonly sha256: string | undefined
}

/** A log as it was when the download started. */
export interface LogDownload extends LogState {
  /** The bytes from `DownloadOptions.from` up to `head`. */
  readonly body: ReadableStream<Uint8Array>
}

export interface DownloadOptions extends CallOptions {
  /** The offset to start at. Default: 0. */
  readonly from?: ByteOffset
  /** A download that brings no bytes for this many milliseconds is resumed. Default: 60,000. */
  readonly idleTimeoutMs?: number
}

/**
 * A client of one server with one set of credentials. Names and fields are those of the API
 * (docs/api.md). Every method rejects with the `TailraceError` that the answer states, with
 * `ServerUnreachable` when no answer came, and with the reason of an aborted signal. Transient
 * failures are retried first.
 */
export class TailraceClient {
  readonly #options: ClientOptions
  readonly #sender: HttpSender

  /** Throws a `TypeError` that names the option that is missing or not valid. */
  constructor(options: ClientOptions) {
    const { credentials, ...settings } = options
    this.#options = options
    this.#sender = new HttpSender(settings, credentials)
  }

  /**
   * A client of the same server with a token, such as the upload token of a build. `renew` is
   * called when the server rejects it.
   */
  withToken(token: string, renew?: TokenCredentials['renew']): TailraceClient {
    const credentials = renew === undefined ? { token } : { token, renew }
    return new TailraceClient({ ...this.#options, credentials })
  }

  /** Requests a token of the project with a password. It is valid for 24 hours. */
  obtainToken(credentials: PasswordCredentials, options: CallOptions = {}): Promise<string> {
    return this.#sender.obtainToken(credentials, options)
  }

  /** The user, the project and the expiry of a token. */
  async describeToken(token: string): Promise<TokenAnswer['token']> {
    const headers = { 'X-Subject-Token': token }
    return (await jsonOf<TokenAnswer>(await this.#sender.send(describeToken, { headers }))).token
  }

  /** Revokes a token at once. */
  async revokeToken(token: string): Promise<void> {
    await this.#sender.send(revokeToken, { headers: { 'X-Subject-Token': token } })
  }

  /** Creates a build. If a build with its `record_id` exists, resolves to that one. */
  async createBuild(body: CreateBuildBody, options: CallOptions = {}): Promise<CreateBuildAnswer> {
    const repeatable = body.record_id !== undefined
    const response = await this.#sender.send(createBuild, { ...options, json: body, repeatable })
    return jsonOf<CreateBuildAnswer>(response)
  }

  /**
   * Adds steps to a build, and resolves to all its steps. A step that exists is not added again.
   */
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

  /**
   * Appends `bytes` at `offset`, and resolves to the log's head when they are durable. Appending
   * the same bytes again succeeds and stores nothing. Rejects with `offset-conflict` for a gap or
   * for other bytes, and with `log-sealed`; both errors carry the head.
   */
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

  /** The number of bytes in the log. */
  async headOfLog(step: StepAddress, options: CallOptions = {}): Promise<ByteOffset> {
    return (await this.stateOfLog(step, options)).head
  }

  /** The length of the log, whether it is finished, and its SHA-256. */
  async stateOfLog(step: StepAddress, options: CallOptions = {}): Promise<LogState> {
    const route = { method: 'HEAD', path: appendLog.path } as const
    const headers = { 'Tus-Resumable': TUS_VERSION }
    const response = await this.#sender.send(route, { ...options, params: paramsOf(step), headers })
    const sealed = response.headers.has('upload-length')
    const sha256 = /"([0-9a-f]{64})\b/.exec(response.headers.get('etag') ?? '')?.[1]
    return { head: headOf(response), sealed, sha256 }
  }

  /**
   * Uploads a whole log, from the head on that the server has, and resolves to the head when all
   * bytes are durable. Rejects with `offset-conflict` when the log has other bytes than the source.
   */
  uploadLog(step: StepAddress, source: LogSource, options: UploadOptions = {}): Promise<ByteOffset> {
    const target = {
      head: (call: CallOptions) => this.headOfLog(step, call),
      append: (offset: ByteOffset, bytes: Uint8Array<ArrayBuffer>, call: CallOptions) =>
        this.append(step, offset, bytes, call),
    }
    return uploadLog(target, source, options)
  }

  /**
   * Finishes a step, which seals its log. Rejects with `finish-mismatch` or `offset-conflict` when
   * the log does not have the size and the SHA-256 of `body`.
   */
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

  /** Finishes a build with a status. Rejects with `finish-mismatch` when it has another one. */
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

  /** The project's jobs with their latest builds, newest first. */
  async listJobs(part: ListPart = {}, options: CallOptions = {}): Promise<ListJobsAnswer> {
    return jsonOf(await this.#sender.send(listJobs, { ...options, query: { ...part } }))
  }

  /** The builds of a job, newest first. */
  async listBuilds(jobId: JobId, part: ListPart = {}, options: CallOptions = {}): Promise<ListBuildsAnswer> {
    const params = { job_id: jobId }
    return jsonOf(await this.#sender.send(listBuilds, { ...options, params, query: { ...part } }))
  }

  /** A build with its steps. */
  async showBuild(recordId: RecordId, options: CallOptions = {}): Promise<ShowBuildAnswer> {
    return jsonOf(await this.#sender.send(showBuild, { ...options, params: { record_id: recordId } }))
  }

  /** The record id of a build. Also works with CodeArts Build. */
  async findRecord(jobId: JobId, buildNo: BuildNo, options: CallOptions = {}): Promise<RecordId> {
    const params = { job_id: jobId, build_no: buildNo }
    const response = await this.#sender.send(showRecordInfo, { ...options, params })
    return (await jsonOf<ShowRecordInfoAnswer>(response)).result.build_record_id
  }

  /** One page of a step's log. Also works with CodeArts Build. */
  async readStepPage(query: PageQuery, options: CallOptions = {}): Promise<LogPage> {
    const response = await this.#sender.send(readStepLog, { ...options, query: pageParameters(query) })
    return pageOf(await jsonOf<ReadStepLogAnswer>(response))
  }

  /**
   * Yields the text of a log, each byte once, and continues after a lost connection. With `follow`,
   * waits for new text until the step is finished. Also works with CodeArts Build.
   */
  readLog(log: LogAddress, options: ReadLogOptions = {}): AsyncGenerator<LogChunk, void, undefined> {
    return readLog((query, call) => this.readStepPage(query, call), log, options)
  }

  /**
   * Yields the lines of a log that match, as they are found. Returns the number of lines, and
   * whether the whole log was searched.
   */
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

  /** The exact bytes of a log, as far as it is written. The stream resumes where it breaks off. */
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
   * The log of a step as a stream. DEBUG is every byte; INFO leaves out DEBUG lines. Where the
   * stream breaks off, the log is requested again and skipped up to that byte. Also works with
   * CodeArts Build.
   */
  async downloadTaskLog(
    { recordId, stepId }: StepAddress,
    logLevel: 'INFO' | 'DEBUG' = 'INFO',
    options: Omit<DownloadOptions, 'from'> = {},
  ): Promise<ReadableStream<Uint8Array>> {
    const params = { record_id: recordId }
    const query = { task_name: taskName(stepId), log_level: logLevel }
    const request = { ...options, params, query, streams: true }
    // Rejects here, not when the stream is read.
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
