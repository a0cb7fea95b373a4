import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { isTailraceError } from '../contract/errors.ts'
import type { ClientOptions } from './tailrace-client.ts'
import { TailraceClient } from './tailrace-client.ts'

const STEP = { recordId: '8d3f2a1e-0000-4000-8000-000000000001', stepId: 1 }
const LOG = { jobId: 'j'.repeat(32), buildNo: 7, stepId: 1 }
const KEY = { accessKey: 'AKAKAKAK', secretKey: 'SKSKSKSK' }

async function serving<T>(listener: RequestListener, call: (url: string) => Promise<T>): Promise<T> {
  await using http = createServer(listener)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  try {
    return await call(`http://127.0.0.1:${(http.address() as { port: number }).port}`)
  } finally {
    http.closeAllConnections()
  }
}

/** Answers with each of `answers` in turn, the last one for ever, and counts. */
function inTurn(...answers: ((response: ServerResponse, url: string) => void)[]) {
  let calls = 0
  const listener: RequestListener = (request, response) => {
    const answer = answers[Math.min(calls, answers.length - 1)]!
    calls++
    request.resume().on('end', () => answer(response, request.url ?? ''))
  }
  return { listener, calls: () => calls }
}

const status =
  (code: number, headers: Record<string, string> = {}, body = '') =>
  (response: ServerResponse) =>
    void response.writeHead(code, headers).end(body)
const status503At = (date: string) => inTurn(status(503, { 'Retry-After': date })).listener
const head = status(200, { 'Upload-Offset': '9' })

const clientOf = (url: string, more: Partial<ClientOptions> = {}) =>
  new TailraceClient({ url, credentials: { token: 'T' }, ...more })

describe('a call that fails', () => {
  it('is made again after 429, 5xx and a lost connection', async () => {
    const failures: string[] = []
    const cut = (response: ServerResponse) => void response.destroy()
    const { listener, calls } = inTurn(status(429, { 'Retry-After': '0' }), status(503), cut, head)
    const onRetry = (failure: Error) => void failures.push(failure.name)
    assert.equal(await serving(listener, url => clientOf(url).headOfLog(STEP, { onRetry })), 9)
    assert.equal(calls(), 4)
    assert.deepEqual(failures, ['TailraceError', 'TailraceError', 'ServerUnreachable'])
  })

  it('waits as long as Retry-After says, in seconds or as a date', async () => {
    const date = new Date(Date.now() - 60_000).toUTCString()
    const delays: number[] = []
    const { listener } = inTurn(
      status(429, { 'Retry-After': '1' }),
      status(503, { 'Retry-After': date }),
      head,
    )
    const onRetry = (_: Error, delayMs: number) => void delays.push(delayMs)
    await serving(listener, url => clientOf(url).headOfLog(STEP, { onRetry }))
    assert.equal(delays[0], 1000)
    assert.ok(delays[1]! <= 500, 'a date in the past asks for no longer pause')
  })

  it('waits for a date that Retry-After names', async () => {
    const error = await serving(status503At(new Date(Date.now() + 600_000).toUTCString()), url =>
      clientOf(url)
        .headOfLog(STEP)
        .catch(failure => failure),
    )
    assert.ok(error.detail.retryAfterSeconds > 500 && error.detail.retryAfterSeconds <= 600)
  })

  it('ends when its tries are used up, when the pause asked for is too long, or when its caller gives it up', async () => {
    const away = inTurn(status(503))
    await assert.rejects(
      serving(away.listener, url => clientOf(url, { retries: 1 }).headOfLog(STEP)),
      {
        code: 'store-unavailable',
      },
    )
    assert.equal(away.calls(), 2)
    const long = inTurn(status(429, { 'Retry-After': '3600' }))
    await assert.rejects(
      serving(long.listener, url => clientOf(url).headOfLog(STEP)),
      { code: 'rate-limited' },
    )
    assert.equal(long.calls(), 1)
    const stop = new AbortController()
    const given = { signal: stop.signal, onRetry: () => stop.abort(new Error('stop')) }
    await assert.rejects(
      serving(away.listener, url => clientOf(url).headOfLog(STEP, given)),
      /stop/,
    )
  })

  it('is not made again when that could do the thing twice', async () => {
    const lost = inTurn(status(502))
    const make = (url: string) => clientOf(url).createBuild({ job_name: 'j' })
    await assert.rejects(serving(lost.listener, make))
    assert.equal(lost.calls(), 1)
    const limited = inTurn(status(429, { 'Retry-After': '0' }), status(201, {}, '{}'))
    await serving(limited.listener, make)
    assert.equal(limited.calls(), 2)
  })

  it('is not repeated when it is rejected', async () => {
    const refused = inTurn(status(404))
    await assert.rejects(
      serving(refused.listener, url => clientOf(url).headOfLog(STEP)),
      {
        code: 'not-found',
      },
    )
    assert.equal(refused.calls(), 1)
  })
})

describe('a download', () => {
  const bytes = Buffer.from('0123456789'.repeat(100))

  it('continues at the byte where it broke off', async () => {
    const ranges: (string | undefined)[] = []
    let cuts = 0
    const listener: RequestListener = (request, response) => {
      if (request.method === 'HEAD') return status(200, { 'Upload-Offset': '1000' })(response)
      ranges.push(request.headers.range)
      const [, from, to] = /(\d+)-(\d+)/.exec(request.headers.range ?? '')!.map(Number)
      response.writeHead(206, { 'Content-Range': `bytes ${from}-${to}/*` })
      const part = bytes.subarray(from, to! + 1)
      if (++cuts === 3) return void response.end(part)
      response.write(part.subarray(0, 300), () => setTimeout(() => response.destroy(), 20))
    }
    const got = await serving(listener, async url => {
      const { body, head, sealed } = await clientOf(url).downloadLog(STEP, { from: 100 })
      assert.deepEqual([head, sealed], [1000, false])
      return Buffer.from(await new Response(body).arrayBuffer())
    })
    assert.deepEqual(got, bytes.subarray(100))
    assert.deepEqual(ranges, ['bytes=100-999', 'bytes=400-999', 'bytes=700-999'])
  })

  it('without ranges is requested again and skipped up to there', async () => {
    let calls = 0
    const listener: RequestListener = (_request, response) => {
      if (++calls > 1) return void response.end(bytes)
      response.writeHead(200).write(bytes.subarray(0, 450), () => setTimeout(() => response.destroy(), 20))
    }
    const got = await serving(listener, async url =>
      Buffer.from(await new Response(await clientOf(url).downloadTaskLog(STEP)).arrayBuffer()),
    )
    assert.deepEqual(got, bytes)
  })

  it('that brings nothing for too long is resumed', async () => {
    let calls = 0
    const listener: RequestListener = (request, response) => {
      if (request.method === 'HEAD') return status(200, { 'Upload-Offset': '4' })(response)
      const from = ++calls === 1 ? 0 : 2
      response.writeHead(206, { 'Content-Range': `bytes ${from}-3/*` }).write('abcd'.slice(from, from + 2))
    }
    const text = await serving(listener, async url =>
      new Response((await clientOf(url).downloadLog(STEP, { idleTimeoutMs: 50 })).body).text(),
    )
    assert.equal(text, 'abcd')
  })

  it('stops at a place that never comes', async () => {
    const listener: RequestListener = (request, response) => {
      if (request.method === 'HEAD') return status(200, { 'Upload-Offset': '4' })(response)
      response.writeHead(206, { 'Content-Range': 'bytes 0-3/4' }).flushHeaders()
      setTimeout(() => response.destroy(), 5)
    }
    await assert.rejects(
      serving(listener, async url => {
        const { body } = await clientOf(url, { retries: 1 }).downloadLog(STEP)
        return new Response(body).text()
      }),
    )
  })
})

describe('the same client against CodeArts Build', () => {
  const page = (start: unknown, end: unknown, log: string, has_more: boolean) =>
    status(
      200,
      {},
      JSON.stringify({
        result: { start_offset: start, end_offset: end, log, has_more, location: 'jenkins' },
        error: null,
        status: 'success',
      }),
    )
  const read = async (url: string, more: Partial<ClientOptions>) => {
    const chunks: unknown[] = []
    for await (const chunk of clientOf(url, more).readLog(LOG, { follow: true, pollMs: 1 }))
      chunks.push(chunk)
    return chunks
  }

  it('reads string offsets, waits at empty pages, and ends where no more comes', async () => {
    const asked: string[] = []
    const { listener } = inTurn(
      page('0', '6', 'alpha\n', true),
      page('6', '6', '', true),
      page('6', '6', '', true),
      page(6, 11, 'beta\n', false),
    )
    const chunks = await serving(
      (request, response) => {
        asked.push(new URL(request.url ?? '', 'http://x').searchParams.get('start_offset') ?? '')
        listener(request, response)
      },
      url => read(url, { credentials: KEY }),
    )
    assert.deepEqual(chunks, [
      { start: 0, end: 6, text: 'alpha\n' },
      { start: 6, end: 11, text: 'beta\n' },
    ])
    assert.deepEqual(asked, ['0', '6', '6', '6'])
  })

  it('obtains tokens from an identity service of its own, and another when one has run out', async () => {
    const scopes: unknown[] = []
    const seen: unknown[] = []
    const identity: RequestListener = async (request, response) => {
      const body = JSON.parse(Buffer.concat(await request.toArray()).toString())
      scopes.push(request.url, body.auth.scope.project.name)
      status(201, { 'X-Subject-Token': `token ${scopes.length / 2}` }, '{}')(response)
    }
    const region = inTurn(status(401), page(0, 3, 'ab\n', false))
    await serving(identity, identityUrl =>
      serving(
        (request, response) => {
          seen.push(request.headers['x-auth-token'])
          region.listener(request, response)
        },
        url =>
          read(url, {
            identityUrl,
            credentials: { user: 'u', password: 'p', domain: 'd', project: 'cn-north-4' },
          }),
      ),
    )
    assert.deepEqual(scopes, ['/v3/auth/tokens', 'cn-north-4', '/v3/auth/tokens', 'cn-north-4'])
    assert.deepEqual(seen, ['token 1', 'token 2'])
  })

  it('ends when a page makes no progress or is malformed, rather than read for ever', async () => {
    const still = inTurn(page(0, 0, 'text', true))
    await assert.rejects(
      serving(still.listener, url => read(url, {})),
      /do not advance/,
    )
    const none = inTurn(status(200, {}, '{"result":null,"error":{"code":"X"},"status":"error"}'))
    const once = (url: string) => clientOf(url, { retries: 0 }).readLog(LOG).next()
    await assert.rejects(serving(none.listener, once), /is not a page of a log/)
  })
})

describe('a token that can be renewed', () => {
  const renewing = (url: string, tokens: readonly string[], rejections: unknown[]) =>
    new TailraceClient({ url, credentials: { token: 'none' }, retries: 0 }).withToken(
      'first',
      async rejection => {
        rejections.push(rejection)
        const token = tokens[rejections.length - 1]
        if (token === undefined) throw rejection
        return token
      },
    )

  it('is replaced once when the server rejects it, and the other one is used from then on', async () => {
    const seen: unknown[] = []
    const rejections: unknown[] = []
    await serving(
      (request, response) => {
        const token = request.headers['x-auth-token']
        seen.push(token)
        request.resume().on('end', () => (token === 'first' ? status(401) : head)(response))
      },
      async url => {
        const client = renewing(url, ['second'], rejections)
        assert.equal(await client.headOfLog(STEP), 9)
        assert.equal(await client.headOfLog(STEP), 9)
      },
    )
    assert.deepEqual(seen, ['first', 'second', 'second'])
    assert.deepEqual(
      rejections.map(error => isTailraceError(error, 'not-authenticated')),
      [true],
    )
  })

  it('is not replaced twice for one call', async () => {
    const { listener, calls } = inTurn(status(401))
    const rejections: unknown[] = []
    await assert.rejects(
      serving(listener, url => renewing(url, ['second', 'third'], rejections).headOfLog(STEP)),
      { code: 'not-authenticated' },
    )
    assert.deepEqual([calls(), rejections.length], [2, 1])
  })

  it('fails with the rejection when there is no other one', async () => {
    const { listener, calls } = inTurn(status(401))
    await assert.rejects(
      serving(listener, url => renewing(url, [], []).headOfLog(STEP)),
      { code: 'not-authenticated' },
    )
    assert.equal(calls(), 1)
  })
})

describe('tries without end', () => {
  it('wait no longer than two minutes, whatever the server asks for', async () => {
    const stop = new AbortController()
    const delays: number[] = []
    const options = {
      retries: Number.POSITIVE_INFINITY,
      signal: stop.signal,
      onRetry(_: Error, delayMs: number) {
        delays.push(delayMs)
        stop.abort(new Error('stop'))
      },
    }
    const { listener } = inTurn(status(429, { 'Retry-After': '3600' }))
    await assert.rejects(
      serving(listener, url => clientOf(url).headOfLog(STEP, options)),
      /stop/,
    )
    assert.deepEqual(delays, [120_000])
  })
})
