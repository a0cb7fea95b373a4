import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { describe, it } from 'node:test'
import type { Credentials } from './credentials.ts'
import { isTransient, ServerUnreachable } from './server-unreachable.ts'
import { type ClientOptions, TailraceClient } from './tailrace-client.ts'

const RECORD = '8d3f2a1e-0000-4000-8000-000000000001'
const STEP = { recordId: RECORD, stepId: 1 }
const PASSWORD: Credentials = { user: 'me', password: 'pw', domain: 'acme', project: 'north' }

/** Calls a client of a server that answers as `listener` does. */
async function against<T>(
  listener: RequestListener,
  call: (client: TailraceClient) => Promise<T>,
  credentials: Credentials = { token: 'T' },
): Promise<T> {
  await using http = createServer(listener)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as { port: number }
  try {
    return await call(new TailraceClient({ url: `http://127.0.0.1:${port}/base/`, credentials, retries: 0 }))
  } finally {
    http.closeAllConnections()
  }
}

const answering =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(body)

const headOf = (client: TailraceClient) => client.append(STEP, 0, new Uint8Array(1))

describe('the client', () => {
  it('appends as tus has it, below the base path, and answers the head', async () => {
    const seen: unknown[] = []
    const head = await against(
      (request, response) => {
        const {
          'upload-offset': offset,
          'tus-resumable': tus,
          'content-type': type,
          'x-auth-token': token,
        } = request.headers
        seen.push(request.method, request.url, offset, tus, type, token)
        request.resume().on('end', () => response.writeHead(204, { 'Upload-Offset': '12' }).end())
      },
      client => client.append(STEP, 7, new Uint8Array(5)),
    )
    assert.equal(head, 12)
    const path = `/base/api/v1/builds/${RECORD}/steps/1/log`
    assert.deepEqual(seen, ['PATCH', path, '7', '1.0.0', 'application/offset+octet-stream', 'T'])
  })

  it('signs each request with a key', async () => {
    const key = { accessKey: 'AKAKAKAK', secretKey: 'SKSKSKSK', projectId: 'p' }
    const seen: { authorization: string; project: string | undefined }[] = []
    await against(
      (request, response) => {
        const project = request.headers['x-project-id']
        seen.push({ authorization: request.headers.authorization ?? '', project: String(project) })
        response.end('{"result":{"start_offset":"0","end_offset":0,"log":""}}')
      },
      client =>
        client.readStepPage({
          jobId: 'j',
          buildNo: 1,
          stepId: 1,
          startOffset: 0,
          endOffset: 0,
          maxLines: 10,
        }),
      key,
    )
    assert.match(
      seen[0]!.authorization,
      /^SDK-HMAC-SHA256 Access=AKAKAKAK, SignedHeaders=\S*x-project-id\S*, Signature=[0-9a-f]{64}$/,
    )
    assert.equal(seen[0]!.project, 'p')
  })

  it('gets a token by password once, and another when the server rejects it', async () => {
    const seen: string[] = []
    let tokens = 0
    await against(
      (request, response) => {
        seen.push(`${request.method} ${request.headers['x-auth-token'] ?? ''}`)
        if (request.url === '/base/v3/auth/tokens')
          response.writeHead(201, { 'X-Subject-Token': `t${++tokens}` }).end('{}')
        else if (request.headers['x-auth-token'] === 't1' && seen.length > 3)
          answering(401, '')(request, response)
        else response.writeHead(200, { 'Upload-Offset': '0' }).end()
      },
      async client => {
        for (let i = 0; i < 3; i++) await client.headOfLog(STEP)
      },
      PASSWORD,
    )
    assert.deepEqual(seen, ['POST ', 'HEAD t1', 'HEAD t1', 'HEAD t1', 'POST ', 'HEAD t2'])
  })

  for (const [status, body, code, transient] of [
    [409, '{"error_code":"TR.OFFSET_CONFLICT","error_msg":"m"}', 'offset-conflict', false],
    [409, '{"error_code":"TR.SEALED"}', 'log-sealed', false],
    [401, '{"error":{"message":"m"}}', 'not-authenticated', false],
    [403, 'not even JSON', 'not-allowed', false],
    [502, '<html>', 'store-unavailable', true],
    [500, '{"error_code":"CB.00060101"}', 'internal', true],
    [429, '{"error_code":"APIGW.0308"}', 'rate-limited', true],
    [507, '', 'store-unavailable', true],
    [418, '', 'invalid-parameter', false],
  ] as const)
    it(`takes ${status} ${body} for ${code}`, async () => {
      const headers = { 'Upload-Offset': '5', 'Retry-After': '3' }
      const error = await against(answering(status, body, headers), headOf).catch(error => error)
      assert.deepEqual(
        { code: error.code, detail: error.detail },
        { code, detail: { head: 5, retryAfterSeconds: 3 } },
      )
      assert.equal(isTransient(error), transient)
    })

  for (const [options, message] of [
    [{}, 'url is missing'],
    [{ url: '', credentials: { token: 'T' } }, 'url is missing'],
    [
      { url: 'logs.example.org:8080', credentials: { token: 'T' } },
      'url is not a valid http or https address: logs.example.org:8080',
    ],
    [{ url: 'nowhere', credentials: { token: 'T' } }, 'url is not a valid http or https address: nowhere'],
    [
      { url: 'http://a', identityUrl: 'b', credentials: { token: 'T' } },
      'identityUrl is not a valid http or https address: b',
    ],
    [
      { url: 'http://a' },
      'credentials are missing: { accessKey, secretKey }, { token } or { user, password, domain, project }',
    ],
    [{ url: 'http://a', credentials: { token: '' } }, 'token is missing'],
    [{ url: 'http://a', credentials: { accessKey: undefined, secretKey: 'S' } }, 'accessKey is missing'],
    [{ url: 'http://a', credentials: { accessKey: 'A', secretKey: '' } }, 'secretKey is missing'],
    [{ url: 'http://a', credentials: { accessKey: 'A' } }, 'secretKey is missing'],
    [{ url: 'http://a', credentials: { ...PASSWORD, domain: '' } }, 'domain is missing'],
  ] as const)
    it(`is not made of ${JSON.stringify(options)}`, () =>
      assert.throws(() => new TailraceClient(options as ClientOptions), {
        name: 'TypeError',
        message,
      }))

  it('takes no redirection, which could lead credentials elsewhere', async () => {
    const error = await against(answering(307, '', { Location: 'http://127.0.0.1:1/' }), headOf).catch(
      error => error,
    )
    assert.ok(error instanceof ServerUnreachable)
  })

  it('times out without an answer, and stops when its caller does', async () => {
    const late = await against(
      () => {},
      client => client.headOfLog(STEP, { timeoutMs: 20 }),
    ).catch(error => error)
    assert.match(late.message, /no answer in time/)
    assert.ok(isTransient(late))
    const signal = AbortSignal.abort(new Error('stop'))
    await assert.rejects(
      against(
        () => {},
        client => client.headOfLog(STEP, { signal }),
      ),
      /stop/,
    )
  })

  it('does not take any answer for the right one', async () => {
    await assert.rejects(against(answering(204, ''), headOf), /no Upload-Offset/)
    const page = against(answering(200, '<html>'), client => client.createBuild({ job_name: 'j' }))
    await assert.rejects(page, /not JSON/)
  })

  it('hands a download on as it comes', async () => {
    const text = await against(
      (request, response) => response.end(request.url),
      async client =>
        new Response(await client.downloadTaskLog({ recordId: RECORD, stepId: 3 }, 'DEBUG')).text(),
    )
    assert.equal(text, `/base/v4/${RECORD}/task-log?task_name=stage3&log_level=DEBUG`)
  })
})
