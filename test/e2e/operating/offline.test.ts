/**
 * `tailrace offline`: a lost password and a secret key that must go, on a store whose server is
 * stopped.
 */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { keySigns, offline } from '../../props/offline-command.ts'
import { BOOTSTRAP, startServer } from '../../props/server-process.ts'
import { admin, signIn, uploader } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const NEW_PASSWORD = 'another-horse-8-battery'
const keyFiles = (data: string) => readdirSync(data).filter(name => name.startsWith('secret.key'))

test('a store in use, a directory without a store and wrong usage are rejected', async () => {
  await using server = await startServer()
  for (const args of [['password', BOOTSTRAP.user], ['rekey']]) {
    const served = offline(server.data, args, { input: `${NEW_PASSWORD}\n` })
    assert.deepEqual([served.code, served.stdout], [1, ''])
    assert.match(served.stderr, /Another Tailrace server uses the data directory .*: stop it first/)
    assert.match(offline(join(server.data, 'none'), args).stderr, /There is no store/)
  }
  for (const args of [[], ['password'], ['password', 'a', 'b'], ['rekey', 'a'], ['delete']])
    assert.equal(offline(server.data, args).code, 2, args.join(' '))
  assert.ok(await keySigns(server))
  assert.equal((await (await admin(server)).get('/api/v1/jobs')).status, 200)
})

test('a password is set without the old one, and ends the tokens of its user alone', async () => {
  const { server, caller } = await startFixture()
  const other = { name: 'other', password: 'the-other-password-1' }
  assert.equal((await caller.post('/api/v1/users', { ...other, roles: ['reader'] })).status, 201)
  const othersToken = await signIn(server.url, other)
  await server.kill('SIGTERM')

  const refused = (args: string[], input: string, message: RegExp) => {
    const { code, stderr } = offline(server.data, args, { input })
    assert.notEqual(code, 0)
    assert.match(stderr, message)
    assert.ok(!stderr.includes('    at '), stderr)
  }
  refused(['password', 'nobody'], `${NEW_PASSWORD}\n`, /There is no user "nobody"/)
  refused(['password', BOOTSTRAP.user], 'short\n', /password must be 8 to 256 characters/)
  refused(['password', BOOTSTRAP.user], '', /no password/)
  const set = offline(server.data, ['password', BOOTSTRAP.user], { input: `${NEW_PASSWORD}\n` })
  assert.deepEqual([set.code, set.stderr], [0, ''])
  assert.ok(!set.stdout.includes(NEW_PASSWORD))

  await server.restart()
  assert.equal((await caller.get('/api/v1/jobs')).status, 401)
  await assert.rejects(signIn(server.url))
  await signIn(server.url, { name: BOOTSTRAP.user, password: NEW_PASSWORD })
  assert.equal((await caller.get('/api/v1/jobs', { 'X-Auth-Token': othersToken })).status, 200)
  assert.ok(await keySigns(server), 'keys are not of the password')
})

test('the key of secret.key is replaced: access keys stay, upload tokens made with the old one end', async () => {
  await using server = await startServer()
  const build = await (await admin(server)).newBuild()
  assert.equal((await uploader(server, build).append(build, 1, 0, 'before\n')).status, 204)
  await server.kill('SIGTERM')
  const keyFile = join(server.data, 'secret.key')
  const old = readFileSync(keyFile, 'utf8')

  const { code, stdout, stderr } = offline(server.data, ['rekey'])
  assert.deepEqual([code, stderr], [0, ''])
  assert.match(stdout, /^The secret keys of 1 access keys are encrypted with the key in .*secret\.key\./)
  const made = readFileSync(keyFile, 'utf8')
  assert.match(made, /^[0-9a-f]{64}\n$/)
  assert.notEqual(made, old)
  assert.ok(!stdout.includes(made.trim()))
  assert.equal(statSync(keyFile).mode & 0o777, 0o600)
  assert.deepEqual(keyFiles(server.data), ['secret.key'])

  await server.restart()
  assert.ok(await keySigns(server))
  assert.equal((await uploader(server, build).append(build, 1, 7, 'after\n')).status, 401)
  const same = { job_name: 'contract tests', record_id: build.record_id, steps: [{ name: 'step 1' }] }
  const again = await (await admin(server)).post('/api/v1/builds', same)
  assert.equal((await uploader(server, again.json()).append(build, 1, 7, 'after\n')).status, 204)
  await server.kill('SIGTERM')

  writeFileSync(keyFile, old)
  await assert.rejects(server.restart(), /encrypted with another TAILRACE_SECRET_KEY or\s+key file/)
  const given = { TAILRACE_NEW_SECRET_KEY: randomBytes(32).toString('base64') }
  assert.match(offline(server.data, ['rekey'], { env: given }).stderr, /encrypted with another/)
  assert.deepEqual(keyFiles(server.data), ['secret.key', 'secret.key.next'])
  writeFileSync(keyFile, made)
  assert.equal(offline(server.data, ['rekey'], { env: given }).code, 0)
  assert.match(
    offline(server.data, ['rekey'], { env: given }).stdout,
    /is already encrypted with the key in /,
  )
  assert.equal(
    readFileSync(keyFile, 'utf8').trim(),
    Buffer.from(given.TAILRACE_NEW_SECRET_KEY, 'base64').toString('hex'),
  )
  await server.restart()
  assert.ok(await keySigns(server))
})

test('a key of the environment is replaced by another one of the environment', async () => {
  const [old, next] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')]
  await using before = await startServer({ env: { TAILRACE_SECRET_KEY: old } })
  await before.kill('SIGTERM')
  const rekey = (env: NodeJS.ProcessEnv) => offline(before.data, ['rekey'], { env })
  assert.match(rekey({ TAILRACE_SECRET_KEY: old }).stderr, /set TAILRACE_NEW_SECRET_KEY/)
  const malformed = rekey({ TAILRACE_SECRET_KEY: old, TAILRACE_NEW_SECRET_KEY: 'short' })
  assert.match(malformed.stderr, /TAILRACE_NEW_SECRET_KEY must be 32 bytes/)
  const wrong = rekey({ TAILRACE_SECRET_KEY: next, TAILRACE_NEW_SECRET_KEY: randomBytes(32).toString('hex') })
  assert.match(wrong.stderr, /encrypted with another key/)
  const given = { TAILRACE_SECRET_KEY: old, TAILRACE_NEW_SECRET_KEY: next }
  assert.match(rekey(given).stdout, /Start the server with it as TAILRACE_SECRET_KEY/)
  assert.match(rekey(given).stdout, /already/)
  assert.deepEqual(keyFiles(before.data), [])

  await assert.rejects(before.restart(), /encrypted with another TAILRACE_SECRET_KEY/)
  await using after = await startServer({ data: before.data, env: { TAILRACE_SECRET_KEY: next } })
  assert.ok(await keySigns(after))
})
