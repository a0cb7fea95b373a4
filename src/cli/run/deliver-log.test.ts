import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { TailraceClient } from '../../client/tailrace-client.ts'
import { isTailraceError } from '../../contract/errors.ts'
import { deliverLog } from './deliver-log.ts'
import { LiveLog } from './live-log.ts'

const RECORD = '8d3f2a1e-0000-4000-8000-000000000001'
const META = {
  url: '',
  recordId: RECORD,
  jobName: 'job',
  stepName: 'make',
  joins: false,
  finishesBuild: true,
}

interface Fault {
  /** Which requests fail: the first one that begins so. */
  readonly on: string
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly code?: string
  /** Stores this much of the body and cuts the connection. */
  readonly storeBytes?: number
}

/**
 * A server that follows the rules of append (docs/api.md section 4), and fails as requested,
 * each fault once.
 */
class FaultyServer implements AsyncDisposable {
  readonly logs = new Map<string, Buffer>()
  readonly requests: string[] = []
  faults: Fault[]
  readonly #http = createServer((request, response) => void this.#answer(request, response))
  #steps: string[] = []
  #onRequest = Promise.withResolvers<void>()

  constructor(...faults: Fault[]) {
    this.faults = faults
  }

  async client(): Promise<TailraceClient> {
    this.#http.listen(0, '127.0.0.1')
    await once(this.#http, 'listening')
    const { port } = this.#http.address() as { port: number }
    return new TailraceClient({
      url: `http://127.0.0.1:${port}`,
      credentials: { token: 'project-token' },
      retries: 0,
    })
  }

  async nextRequest(): Promise<void> {
    await this.#onRequest.promise
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray())
    const what = `${request.method} ${request.url!.replace(`/api/v1/builds/${RECORD}`, '')}`
    this.requests.push(what)
    this.#onRequest.resolve()
    this.#onRequest = Promise.withResolvers()
    const fault = this.faults.find(({ on }) => what.startsWith(on))
    if (fault !== undefined) {
      this.faults.splice(this.faults.indexOf(fault), 1)
      if (fault.storeBytes !== undefined) {
        this.#store(what, Number(request.headers['upload-offset']), body.subarray(0, fault.storeBytes))
        return void request.socket.destroy()
      }
      response.writeHead(fault.status, fault.headers)
      return void response.end(JSON.stringify({ error_code: fault.code, error_msg: 'as requested' }))
    }
    if (what.startsWith('PATCH')) return this.#append(what, request, body, response)
    if (what.startsWith('HEAD')) {
      response.setHeader('Upload-Offset', this.#logOf(what).length)
      return void response.end()
    }
    response.end(JSON.stringify(this.#json(what, body.length === 0 ? {} : JSON.parse(body.toString()))))
  }

  #append(what: string, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const offset = Number(request.headers['upload-offset'])
    const fits = this.#store(what, offset, body)
    response.writeHead(fits ? 204 : 409, { 'Upload-Offset': this.#logOf(what).length })
    response.end(fits ? undefined : JSON.stringify({ error_code: 'TR.OFFSET_CONFLICT', error_msg: 'no' }))
  }

  #store(what: string, offset: number, body: Buffer): boolean {
    const log = this.#logOf(what)
    const repeated = Math.min(body.length, log.length - offset)
    if (offset > log.length || !log.subarray(offset, offset + repeated).equals(body.subarray(0, repeated)))
      return false
    this.logs.set(stepOf(what), Buffer.concat([log, body.subarray(repeated)]))
    return true
  }

  #logOf(what: string): Buffer {
    return this.logs.get(stepOf(what)) ?? Buffer.alloc(0)
  }

  #json(what: string, body: { steps?: { name: string }[]; status?: string }): unknown {
    if (what.endsWith('/finish') && what.includes('/steps/')) {
      const log = this.#logOf(what)
      const sha256 = createHash('sha256').update(log).digest('hex')
      return { step_id: 1, status: body.status, size: log.length, sha256, verified: true }
    }
    for (const { name } of body.steps ?? []) if (!this.#steps.includes(name)) this.#steps.push(name)
    const steps = this.#steps.map((name, index) => ({ step_id: index + 1, task_name: '', name, log_url: '' }))
    return {
      job_id: 'j',
      build_no: 1,
      record_id: RECORD,
      project_id: 'p',
      upload_token: 'upload-token',
      steps,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.closeAllConnections()
    this.#http.close()
  }
}

const stepOf = (what: string) => /\/steps\/(\d+)\//.exec(what)?.[1] ?? ''

async function finishedLog(text: string): Promise<LiveLog> {
  const log = new LiveLog({
    spoolMaxBytes: 1024,
    waitMs: 0,
    describeGap: () => Buffer.alloc(0),
    onSpoolFailed: () => {},
  })
  await log.append(Buffer.from(text))
  await log.finish('SUCCESS')
  return log
}

async function deliver(server: FaultyServer, log: LiveLog, hurry?: AbortSignal) {
  const troubles: unknown[] = []
  const progress: number[] = []
  const delivered = await deliverLog({
    client: await server.client(),
    meta: META,
    log,
    signal: new AbortController().signal,
    onProgress: head => progress.push(head),
    onJoined: async () => {},
    onRenamed: async () => {},
    onTrouble: error => troubles.push(error),
    ...(hurry !== undefined && { hurry }),
  })
  return { delivered, troubles, progress }
}

describe('the delivery of a log', () => {
  it('makes the build and the step, appends, finishes both', async () => {
    await using server = new FaultyServer()
    const { delivered } = await deliver(server, await finishedLog('a log\n'))
    assert.deepEqual(delivered, { stepId: 1, stepName: 'make', verified: true })
    assert.equal(server.logs.get('1')?.toString(), 'a log\n')
    assert.deepEqual(server.requests, [
      'POST /api/v1/builds',
      'HEAD /steps/1/log',
      'PATCH /steps/1/log',
      'POST /steps/1/finish',
      'POST /finish',
    ])
  })

  for (const on of ['POST /api/v1/builds', 'HEAD', 'PATCH', 'POST /steps/1/finish', 'POST /finish'])
    it(`continues after ${on} failed`, async () => {
      await using server = new FaultyServer({ on, status: 503, code: 'TR.UNAVAILABLE' })
      const { troubles } = await deliver(server, await finishedLog('a log\n'))
      assert.ok(isTailraceError(troubles[0], 'store-unavailable'))
      assert.equal(server.logs.get('1')?.toString(), 'a log\n')
      assert.equal(server.requests.at(-1), 'POST /finish')
    })

  it('calls it no progress that a finished step is found finished', async () => {
    const fault = { on: 'POST /finish', status: 503, code: 'TR.UNAVAILABLE' }
    await using failing = new FaultyServer(fault, fault)
    const { troubles, progress } = await deliver(failing, await finishedLog('a log\n'))
    assert.equal(troubles.length, 2)
    await using server = new FaultyServer()
    assert.deepEqual(progress, (await deliver(server, await finishedLog('a log\n'))).progress)
  })

  it('continues after what a cut connection left', async () => {
    await using server = new FaultyServer({ on: 'PATCH', status: 0, storeBytes: 3 })
    await deliver(server, await finishedLog('a log\n'))
    assert.equal(server.logs.get('1')?.toString(), 'a log\n')
  })

  it('continues at the head that a conflict names', async () => {
    await using server = new FaultyServer({
      on: 'HEAD',
      status: 200,
      headers: { 'Upload-Offset': '4' },
    })
    await deliver(server, await finishedLog('a log\n'))
    assert.equal(server.logs.get('1')?.toString(), 'a log\n')
  })

  it('takes another name when the step holds other bytes, and then appends nothing to them', async () => {
    await using server = new FaultyServer()
    server.logs.set('1', Buffer.from('b l'))
    const { delivered } = await deliver(server, await finishedLog('a log\n'))
    assert.deepEqual(delivered, { stepId: 2, stepName: 'make (2)', verified: true })
    assert.equal(server.logs.get('1')?.toString(), 'b l')
    assert.equal(server.logs.get('2')?.toString(), 'a log\n')
  })

  it('gets another upload token when the first one has run out', async () => {
    await using server = new FaultyServer({ on: 'PATCH', status: 401, code: 'APIGW.0301' })
    await deliver(server, await finishedLog('a log\n'))
    assert.equal(server.requests.filter(what => what === 'POST /api/v1/builds').length, 2)
    assert.equal(server.logs.get('1')?.toString(), 'a log\n')
  })

  it('ends with a rejection that would come again', async () => {
    const refused = { on: 'HEAD', status: 401, code: 'APIGW.0301' }
    await using server = new FaultyServer(refused, refused)
    await assert.rejects(deliver(server, await finishedLog('a log\n')), { code: 'not-authenticated' })
    assert.equal(server.requests.length, 2)
  })

  it('waits as long as the server asks for, unless it is in a hurry', async () => {
    const busy = { on: 'HEAD', status: 429, code: 'APIGW.0308', headers: { 'Retry-After': '3600' } }
    await using server = new FaultyServer(busy)
    const hurry = new AbortController()
    const delivery = deliver(server, await finishedLog('a log\n'), hurry.signal)
    while (server.faults.length > 0) await server.nextRequest()
    hurry.abort()
    await delivery
    assert.equal(server.logs.get('1')?.toString(), 'a log\n')
  })
})
