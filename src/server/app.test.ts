import assert from 'node:assert/strict'
import { it } from 'node:test'
import { pino } from 'pino'
import Type from 'typebox'
import { TailraceError } from '../contract/errors.ts'
import { operation } from '../contract/operation.ts'
import { openApp } from './app.ts'
import { serve } from './http/serve.ts'

const PLAIN = operation({
  name: 'try-plain',
  topic: 'operating',
  access: 'open',
  method: 'GET',
  path: '/plain',
  summary: 'Try it',
  answer: Type.Object({ n: Type.Integer() }),
  head: { summary: 'Try its headers' },
})
const KEYSTONE = operation({ ...PLAIN, name: 'try-keystone', path: '/keystone', errorForm: 'keystone' })

const GUARDED = operation({ ...PLAIN, name: 'try-guarded', path: '/guarded', access: 'read' })
const JSON_TYPE = 'application/json;charset=UTF-8'

const openTestApp = () => {
  const nobody = async () => {
    throw new TailraceError('not-authenticated', 'nobody is authenticated')
  }
  return openApp({
    authentication: { authenticate: nobody, identify: nobody },
    holdsMetricsToken: () => false,
    corsOrigins: [],
    requestLimits: { readsPerMinute: 0, appendsPerMinute: 0, changesPerMinute: 0 },
    tls: undefined,
    site: { publicUrl: undefined },
    log: pino({ level: 'silent' }),
    trustProxy: false,
    idleTimeoutMs: 10_000,
  })
}

for (const error of [new TypeError('a secret detail'), new TailraceError('log-damaged', 'a secret detail')])
  it(`a ${error.name} of the server is answered as internal, in the form of the operation`, async () => {
    await using app = await openTestApp()
    for (const one of [PLAIN, KEYSTONE])
      serve(app, one, async () => {
        throw error
      })
    const plain = await app.inject('/plain')
    const { request_id, ...answered } = plain.json()
    assert.deepEqual([plain.statusCode, plain.headers['content-type']], [500, JSON_TYPE])
    assert.deepEqual(answered, { error_code: 'CB.00060101', error_msg: 'Internal server error.' })
    assert.equal(request_id, plain.headers['x-request-id'])
    const keystone = await app.inject('/keystone')
    const form = { code: 500, message: 'Internal server error.', title: 'Internal Server Error' }
    assert.deepEqual([keystone.statusCode, keystone.headers['content-type']], [500, JSON_TYPE])
    assert.deepEqual(keystone.json(), { error: form })
  })

it('HEAD is answered by the handler of GET, without its body', async () => {
  await using app = await openTestApp()
  serve(app, PLAIN, async ({ isHead }, reply) => {
    reply.header('x-head', String(isHead))
    return { n: 1 }
  })
  const [get, head] = [await app.inject('/plain'), await app.inject({ method: 'HEAD', url: '/plain' })]
  assert.deepEqual(
    [get.headers['x-head'], get.headers['content-type'], get.json()],
    ['false', JSON_TYPE, { n: 1 }],
  )
  assert.deepEqual([head.statusCode, head.headers['x-head'], head.body], [200, 'true', ''])
})

it('HEAD reads nothing of an answer that comes in chunks', async () => {
  await using app = await openTestApp()
  let reads = 0
  serve(app, PLAIN, async () =>
    (async function* () {
      reads++
      yield Buffer.from('{"n":1}')
    })(),
  )
  await app.inject({ method: 'HEAD', url: '/plain' })
  assert.equal(reads, 0)
  assert.deepEqual((await app.inject('/plain')).json(), { n: 1 })
})

it('a caller that is not authenticated does not reach the handler', async () => {
  await using app = await openTestApp()
  serve(app, GUARDED, async () => assert.fail('the handler was called'))
  const { statusCode, headers } = await app.inject('/guarded')
  assert.deepEqual([statusCode, headers['content-type']], [401, JSON_TYPE])
})

it('a route that does not state who may call it cannot be registered', async () => {
  await using app = await openTestApp()
  assert.throws(() => app.get('/anything', async () => 'x'), /does not state who may use it/)
})
