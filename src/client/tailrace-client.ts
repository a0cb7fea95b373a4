import type { RecordId, StepId } from '../contract/ids.ts'
import { addSteps } from '../contract/operations/add-steps.ts'
import { appendLog, TUS_VERSION, UPLOAD_MEDIA_TYPE } from '../contract/operations/append-log.ts'
import {
  type CreateBuildAnswer,
  type CreateBuildBody,
  createBuild,
} from '../contract/operations/create-build.ts'
import { downloadTaskLog } from '../contract/operations/download-task-log.ts'
import {
  type FinishBuildAnswer,
  type FinishBuildBody,
  finishBuild,
} from '../contract/operations/finish-build.ts'
import { type FinishStepAnswer, type FinishStepBody, finishStep } from '../contract/operations/finish-step.ts'
import { type ReadStepLogAnswer, readStepLog } from '../contract/operations/read-step-log.ts'
import type { ByteOffset } from '../contract/quantities.ts'
import { wholeNumber } from './api-error.ts'
import type { Credentials, PasswordCredentials } from './credentials.ts'
import { type CallOptions, HttpSender } from './http-sender.ts'
import { ServerUnreachable } from './server-unreachable.ts'

export interface ClientOptions {
  /** Where the server is, with its base path if it has one. */
  readonly url: string
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

/** Where to read: api.md §2. */
export interface PageQuery {
  readonly job_id: string
  readonly build_no: number
  readonly step_id: StepId
  readonly start_offset: ByteOffset
  readonly end_offset: ByteOffset
  readonly size: number
  readonly sort?: 'AES' | 'ASC' | 'DESC'
}

/**
 * A server of build logs, as one caller sees it; the names and fields are those of the wire (api.md). Every method
 * rejects with the `TailraceError` that the answer states, with `ServerUnreachable` when no answer came, and with the reason of an aborted signal.
 */
export class TailraceClient {
  readonly #sender: HttpSender

  constructor({ url, credentials }: ClientOptions)
  constructor(sender: HttpSender)
  constructor(from: ClientOptions | HttpSender) {
    this.#sender = from instanceof HttpSender ? from : new HttpSender(from.url, from.credentials)
  }

  /** The same server, as the holder of a token: of an upload token, for the appends to its build. */
  withToken(token: string): TailraceClient {
    return new TailraceClient(this.#sender.as({ token }))
  }

  /** A token of the project by name and password, good for 24 hours. */
  obtainToken(credentials: PasswordCredentials, options: CallOptions = {}): Promise<string> {
    return this.#sender.obtainToken(credentials, options)
  }

  /** Makes a build; with a `record_id` that exists, answers that build. */
  async createBuild(body: CreateBuildBody, options: CallOptions = {}): Promise<CreateBuildAnswer> {
    const response = await this.#sender.send(createBuild, { ...options, json: body })
    return jsonOf<CreateBuildAnswer>(response)
  }

  /** Adds steps to a build, and answers all its steps. */
  async addSteps(
    recordId: RecordId,
    steps: readonly NewStep[],
    options: CallOptions = {},
  ): Promise<CreateBuildAnswer> {
    const params = { record_id: recordId }
    const response = await this.#sender.send(addSteps, { ...options, params, json: { steps } })
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
    const route = { method: 'HEAD', path: appendLog.path } as const
    const headers = { 'Tus-Resumable': TUS_VERSION }
    return headOf(await this.#sender.send(route, { ...options, params: paramsOf(step), headers }))
  }

  /** Seals the log of a step. `finish-mismatch` and `offset-conflict` when it is not of this size and hash. */
  async finishStep(
    step: StepAddress,
    body: FinishStepBody,
    options: CallOptions = {},
  ): Promise<FinishStepAnswer> {
    const response = await this.#sender.send(finishStep, { ...options, params: paramsOf(step), json: body })
    return jsonOf<FinishStepAnswer>(response)
  }

  async finishBuild(
    recordId: RecordId,
    body: FinishBuildBody,
    options: CallOptions = {},
  ): Promise<FinishBuildAnswer> {
    const params = { record_id: recordId }
    const response = await this.#sender.send(finishBuild, { ...options, params, json: body })
    return jsonOf<FinishBuildAnswer>(response)
  }

  /** A page of a step's log; its offsets may be strings, as servers choose. */
  async readStepPage(query: PageQuery, options: CallOptions = {}): Promise<ReadStepLogAnswer['result']> {
    const response = await this.#sender.send(readStepLog, { ...options, query: { ...query } })
    return (await jsonOf<ReadStepLogAnswer>(response)).result
  }

  /** The log of a step as a file that streams in; DEBUG is every byte. */
  async downloadTaskLog(
    { recordId, stepId }: StepAddress,
    logLevel: 'INFO' | 'DEBUG' = 'INFO',
    options: CallOptions = {},
  ): Promise<ReadableStream<Uint8Array>> {
    const query = { task_name: `stage${stepId}`, log_level: logLevel }
    const response = await this.#sender.send(downloadTaskLog, {
      ...options,
      params: { record_id: recordId },
      query,
      streams: true,
    })
    return response.body ?? new ReadableStream({ start: controller => controller.close() })
  }
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
