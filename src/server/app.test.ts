import assert from 'node:assert/strict'
import { it } from 'node:test'
import { pino } from 'pino'
import Type from 'typebox'
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

const openTestApp = () => {
  const nobody = async () => assert.fail('nobody is authenticated')
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

it('an error that nothing expects is answered as internal, in the form of the operation', async () => {
  await using app = await openTestApp()
  for (const one of [PLAIN, KEYSTONE])
    serve(app, one, async () => {
      throw new TypeError('a secret detail')
    })
  const plain = await app.inject('/plain')
  const { request_id, ...error } = plain.json()
  assert.deepEqual(
    [plain.statusCode, error],
    [500, { error_code: 'CB.00060101', error_msg: 'Internal server error.' }],
  )
  assert.equal(request_id, plain.headers['x-request-id'])
  const keystone = await app.inject('/keystone')
  const form = { code: 500, message: 'Internal server error.', title: 'Internal Server Error' }
  assert.deepEqual([keystone.statusCode, keystone.json()], [500, { error: form }])
})

it('HEAD is answered by the handler of GET, without its body', async () => {
  await using app = await openTestApp()
  serve(app, PLAIN, async ({ isHead }, reply) => {
    reply.header('x-head', String(isHead))
    return { n: 1 }
  })
  const [get, head] = [await app.inject('/plain'), await app.inject({ method: 'HEAD', url: '/plain' })]
  assert.deepEqual([get.headers['x-head'], get.json()], ['false', { n: 1 }])
  assert.deepEqual([head.statusCode, head.headers['x-head'], head.body], [200, 'true', ''])
})

it('a route that does not state who may call it cannot be registered', async () => {
  await using app = await openTestApp()
  assert.throws(() => app.get('/anything', async () => 'x'), /does not state who may use it/)
})
