/**
 * What the server writes about itself on stderr: JSON, findable by the id that the client was
 * given, and nothing that is nobody's business.
 */

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CommandLine } from '../../props/command-line.ts'
import { rawExchange } from '../../props/raw-exchange.ts'
import { assertKeepsSecret, type LogLine, logLines } from '../../props/server-log.ts'
import { BOOTSTRAP } from '../../props/server-process.ts'
import { authorization, sdkDate } from '../../props/signed-request.ts'
import {
  assertRefused,
  downloadPath,
  eventually,
  logPath,
  pagePath,
  type Reply,
  send,
  signIn,
  uploader,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture({
  env: { TAILRACE_LOG_LEVEL: 'debug', TAILRACE_FRAME_CACHE_MIB: '0' },
})
const token = String(caller.headers['X-Auth-Token'])
const MARK = 'a-line-that-is-nobodys-business'
const build = await caller.newLog(`${MARK}\n`.repeat(1000))
const packs = join(server.data, 'packs')

/** Spoils every frame in the packs, as a failing disk would. */
async function damagePacks(): Promise<void> {
  await eventually(async () => {
    const packed = /^tailrace_log_bytes_packed_total (\d+)$/m.exec((await caller.get('/metrics')).text)?.[1]
    assert.equal(Number(packed), (MARK.length + 1) * 1000)
  }, 60_000)
  for (const name of readdirSync(packs)) {
    const bytes = readFileSync(join(packs, name))
    writeFileSync(join(packs, name), bytes.fill(0x5a, 0, bytes.length))
  }
}

/** The lines about a request, by the id of its answer. */
function linesOf({ headers }: Reply): readonly LogLine[] {
  return logLines(server.stderr).filter(({ reqId }) => reqId === headers['x-request-id'])
}

const ERROR = 50
const [signed, session, key] = await (async () => {
  const headers = { 'x-sdk-date': sdkDate(Date.now()) }
  const Authorization = authorization({ method: 'GET', path: pagePath(build), headers }, BOOTSTRAP)
  const login = await send(
    server.url,
    'POST',
    '/api/v1/session',
    { 'Content-Type': 'application/json' },
    JSON.stringify({ token }),
  )
  const made = await caller.post('/v3.0/OS-CREDENTIAL/securitytokens', {
    auth: { identity: { methods: ['token'] } },
  })
  const { secret, securitytoken } = made.json().credential
  const Cookie = String(login.headers['set-cookie']?.[0]).split(';')[0]!
  return [{ ...headers, Authorization }, { Cookie }, { secret, securitytoken }] as const
})()
const secrets = [
  MARK,
  token,
  BOOTSTRAP.password,
  BOOTSTRAP.sk,
  build.upload_token,
  signed.Authorization,
  signed.Authorization.split('Signature=')[1]!,
  session.Cookie.split('=')[1]!,
  key.secret,
  key.securitytoken,
]

test('a failure is logged once, with its cause and the request ID that the client got', async () => {
  await damagePacks()
  for (const reply of [
    await caller.page(build),
    await caller.get(downloadPath(build)),
    await caller.get(logPath(build, 1)),
    await uploader(server, build).page(build),
    await send(server.url, 'GET', pagePath(build), signed),
    await send(server.url, 'GET', pagePath(build), session),
  ]) {
    assertRefused(reply, 500, 'CB.00060101')
    assert.ok(!reply.text.includes('Error') && !reply.text.includes(packs), reply.text)
    const lines = await eventually(async () => {
      const found = linesOf(reply)
      assert.notEqual(found.length, 0, 'no line has the id of the answer')
      return found
    }, 60_000)
    assert.deepEqual(
      lines.map(({ level }) => level),
      [ERROR],
    )
    assert.ok((lines[0]?.err?.stack ?? '').includes('\n    at '), 'it has no cause')
    const { record_id, job_id } = lines[0]!
    assert.ok(record_id === build.record_id || job_id === build.job_id, 'it names no build')
    assert.ok(readdirSync(packs).includes(`${lines[0]?.err?.detail?.frame?.pack}.zst`))
  }
  await eventually(async () => {
    const damaged = /^tailrace_damaged_reads_total (\d+)$/m.exec((await caller.get('/metrics')).text)?.[1]
    assert.equal(Number(damaged), 6)
  }, 60_000)
})

test('a search that meets damage ends with an error, and is logged and counted like other answers', async () => {
  const damagedReads = async () =>
    Number(/^tailrace_damaged_reads_total (\d+)$/m.exec((await caller.get('/metrics')).text)?.[1])
  const before = await damagedReads()
  const reply = await caller.get(`${logPath(build, 1)}/search?q=${MARK}`)
  assert.equal(reply.status, 200, reply.text)
  assert.equal(JSON.parse(reply.text.trimEnd().split('\n').at(-1) ?? '').error_code, 'CB.00060101')
  await eventually(async () => {
    const logged = linesOf(reply).map(({ level, record_id }) => ({ level, record_id }))
    assert.deepEqual(logged, [{ level: ERROR, record_id: build.record_id }])
  }, 60_000)
  await eventually(async () => assert.equal(await damagedReads(), before + 1), 60_000)
})

test('a person who downloads a damaged log gets an error that says where to look, and no file', async () => {
  using person = new CommandLine(server.url)
  const { code, stderr } = await person.run(['get', '-o', 'log', '--level', 'DEBUG', build.record_id])
  assert.equal(code, 1)
  assert.ok(
    stderr.endsWith(
      `tailrace get: ${server.url} failed. Its log says why; "tailrace doctor" on that machine checks its store\n`,
    ),
    stderr,
  )
  assert.equal(existsSync(join(person.folder, 'log')), false)
})

test('a mistake of the client is not logged as a failure', async () => {
  // Maintenance may meet the damaged packs too; it has no request.
  const failures = () =>
    logLines(server.stderr).filter(({ level, reqId }) => level >= ERROR && reqId !== undefined).length
  const before = failures()
  const bodies = [`{"password":"${BOOTSTRAP.password}"`, `{"auth":"${token}"}`, `{"user":"${MARK}"}`]
  const type = { 'Content-Type': 'application/json' }
  for (const body of bodies)
    for (const path of ['/v3/auth/tokens', '/api/v1/session', '/api/v1/users', '/api/v1/builds'])
      assert.equal(
        (await send(server.url, 'POST', path, { ...type, 'X-Auth-Token': token }, body)).status,
        400,
      )
  for (const odd of [
    `Bearer ${token}x`,
    `${signed.Authorization}x`,
    `SDK-HMAC-SHA256 Access=${BOOTSTRAP.sk}`,
  ])
    assert.equal((await send(server.url, 'GET', pagePath(build), { Authorization: odd })).status, 401)
  const head = `X-Auth-Token: ${token}\r\nCookie: ${session.Cookie}\r\nUpload-Offset: 0\r\nTus-Resumable: 1.0.0`
  const open = await caller.newBuild()
  for (const [line, ending] of [
    [`GET /${MARK} HTTP/9.9\r\nHost: x\r\n${head}\r\nbroken ${token}\r\n\r\n`, 'wait'],
    [
      `PATCH ${logPath(open, 1)} HTTP/1.1\r\nHost: x\r\n${head}\r\nContent-Length: 99\r\nContent-Type: application/offset+octet-stream\r\n\r\n${MARK}`,
      'leave',
    ],
    [`POST /api/v1/session HTTP/1.1\r\nHost: x\r\n${head}\r\nContent-Length: 999\r\n\r\n${bodies[0]}`, 'end'],
    [
      `POST /api/v1/users HTTP/1.1\r\nHost: x\r\n${head}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n${token}`,
      'wait',
    ],
  ] as const)
    await rawExchange(server.url, Buffer.from(line), ending)
  await signIn(server.url)
  assert.equal(failures(), before)
})

test('it is JSON, line by line, and holds no password, token, key, signature or text of a log', async () => {
  assert.notEqual(server.stderr, '')
  assertKeepsSecret(server.stderr, secrets)
})
