/** How many requests one caller may send (docs/api.md sections 1 and 6). */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRefused, Caller, type Reply, signIn, uploader } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture({
  env: {
    TAILRACE_READS_PER_MINUTE: '20',
    TAILRACE_APPENDS_PER_MINUTE: '30',
    TAILRACE_CHANGES_PER_MINUTE: '25',
  },
})
const password = 'good-password-1'

/** A user with limits that nobody has used yet. */
async function newRunner(name: string): Promise<Caller> {
  assert.equal(
    (await caller.post('/api/v1/users', { name, password, roles: ['runner', 'reader'] })).status,
    201,
  )
  return new Caller(server, { 'X-Auth-Token': await signIn(server.url, { name, password }) })
}

async function sendUntilRefused(request: () => Promise<Reply>): Promise<{ refusal: Reply; sent: number }> {
  for (let sent = 0; sent < 200; sent++) {
    const refusal = await request()
    if (refusal.status === 429) return { refusal, sent }
  }
  return assert.fail('no request was refused')
}

test('too many reads are rejected, with the time to wait, and stop neither appends nor changes', async () => {
  const bob = await newRunner('bob')
  const build = await bob.newBuild()
  const { refusal, sent } = await sendUntilRefused(() => bob.page(build))
  assert.ok(sent >= 20, String(sent))
  assertRefused(refusal, 429, 'APIGW.0308', /throttling threshold.*limit:20,time:1 minute/)
  assert.match(String(refusal.headers['retry-after']), /^[1-3]$/)
  assert.equal((await bob.append(build, 1, 0, 'one\n')).status, 204)
  assert.equal((await bob.finishStep(build, 1)).status, 200)
  assert.equal((await caller.page(build)).status, 200)
})

test('too many appends are rejected and store nothing', async () => {
  const carl = await newRunner('carl')
  const build = await carl.newBuild()
  let at = 0
  const { refusal, sent } = await sendUntilRefused(async () => {
    const reply = await carl.append(build, 1, at, 'x')
    if (reply.status === 204) at++
    return reply
  })
  assert.ok(sent >= 30, String(sent))
  assertRefused(refusal, 429, 'APIGW.0308', /limit:30/)
  assert.equal(await carl.head(build), at)
})

test('an upload token has limits of its own', async () => {
  const dora = await newRunner('dora')
  const build = await dora.newBuild()
  await sendUntilRefused(() => dora.page(build))
  assert.equal((await uploader(server, build).page(build)).status, 200)
})

test('a second token of the same user makes no more requests possible', async () => {
  const name = 'emil'
  const emil = await newRunner(name)
  await sendUntilRefused(() => emil.get('/v3/projects'))
  const again = new Caller(server, { 'X-Auth-Token': await signIn(server.url, { name, password }) })
  assert.equal((await again.get('/api/v1/projects')).status, 429)
})

test('rejected credentials use up no limit', async () => {
  const fred = await newRunner('fred')
  const build = await fred.newBuild()
  const nobody = new Caller(server, { 'X-Auth-Token': 'x' })
  for (let n = 0; n < 40; n++) assertRefused(await nobody.page(build), 401, 'APIGW.0301')
  assert.equal((await fred.page(build)).status, 200)
})
