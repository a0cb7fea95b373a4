/** The token by which a collector of metrics reads them and nothing else (docs/operations.md). */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../../props/server-process.ts'
import { assertRefused, assertSameRefusal, Caller, logPath, pagePath, send } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const TOKEN = 'what-prometheus-alone-knows'
const { server, caller } = await startFixture({
  env: { TAILRACE_METRICS_TOKEN: TOKEN, TAILRACE_LOG_LEVEL: 'debug', TAILRACE_READS_PER_MINUTE: '20' },
})
const bearer = (token: string) => new Caller(server, { Authorization: `Bearer ${token}` })

test('the token opens the metrics', async () => {
  const reply = await bearer(TOKEN).get('/metrics')
  assert.equal(reply.status, 200)
  assert.match(String(reply.headers['content-type']), /^text\/plain/)
  assert.match(reply.text, /^tailrace_log_bytes_appended_total /m)
  assert.equal((await caller.get('/metrics')).status, 200)
})

test('any other token is rejected like an unknown one', async () => {
  const unknown = await bearer('x').get('/metrics')
  assertRefused(unknown, 401, 'APIGW.0301')
  for (const wrong of [`${TOKEN}x`, TOKEN.slice(0, -1), TOKEN.toUpperCase(), 'X'.repeat(TOKEN.length)])
    assertSameRefusal(await bearer(wrong).get('/metrics'), unknown)
  assertRefused(await send(server.url, 'GET', '/metrics', { 'X-Auth-Token': TOKEN }), 401, 'APIGW.0301')
  assertRefused(await send(server.url, 'GET', '/metrics', { Authorization: TOKEN }), 401, 'APIGW.0301')
  const twice = { Authorization: [`Bearer ${TOKEN}`, `Bearer ${TOKEN}`] }
  assertRefused(await send(server.url, 'GET', '/metrics', twice), 401, 'APIGW.0301')
})

test('no other route accepts the metrics token', async () => {
  const build = await caller.newBuild()
  const collector = bearer(TOKEN)
  for (const path of [pagePath(build), logPath(build, 1), '/api/v1/jobs', '/api/v1/users'])
    assertRefused(await collector.get(path), 401, 'APIGW.0301')
  assert.equal((await collector.get('/v3/projects')).status, 401)
  assertRefused(await collector.post('/api/v1/builds', { job_name: 'x' }), 401, 'APIGW.0301')
  assertRefused(await collector.append(build, 1, 0, 'x'), 401, 'APIGW.0301')
  assert.equal(await caller.head(build), 0)
})

test('its requests count as those of one user', async () => {
  const collector = bearer(TOKEN)
  let status = 200
  for (let n = 0; n < 500 && status === 200; n++) status = (await collector.get('/metrics')).status
  assert.equal(status, 429)
  assert.equal((await caller.get('/api/v1/jobs')).status, 200)
})

test('the metrics token is never printed', () => {
  assert.ok(!`${server.stdout}${server.stderr}`.includes(TOKEN))
})

test('where none is set, none opens anything', async () => {
  await using plain = await startServer()
  for (const token of ['undefined', '', TOKEN])
    assertRefused(
      await send(plain.url, 'GET', '/metrics', { Authorization: `Bearer ${token}` }),
      401,
      'APIGW.0301',
    )
})

test('one that is too short stops the start, and is not shown', async () => {
  const starting = startServer({ env: { TAILRACE_METRICS_TOKEN: 'fifteen-letters' } })
  await assert.rejects(starting, error => {
    assert.match(String(error), /TAILRACE_METRICS_TOKEN must be 16 to 512/)
    return !String(error).includes('fifteen-letters')
  })
})
