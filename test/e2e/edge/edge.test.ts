/**
 * The network edge of the server: TLS, a base path, proxies in front of it (docs/api.md section
 * 6).
 */

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { selfSignedCertificate } from '../../props/self-signed-certificate.ts'
import { BOOTSTRAP, startServer } from '../../props/server-process.ts'
import { authorization, sdkDate } from '../../props/signed-request.ts'
import {
  ADMIN,
  admin,
  assertRefused,
  Caller,
  eventually,
  type Headers,
  logPath,
  PROJECT_SCOPE,
  pagePath,
  passwordRequest,
  send,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

describe('TLS', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-tls-'))
  after(() => rm(folder, { recursive: true }))
  const files = { TAILRACE_TLS_CERT: join(folder, 'cert.pem'), TAILRACE_TLS_KEY: join(folder, 'key.pem') }
  const install = ({ cert, key }: { cert: string; key: string }) => {
    writeFileSync(files.TAILRACE_TLS_CERT, cert)
    writeFileSync(files.TAILRACE_TLS_KEY, key)
  }

  /** One request over TLS that trusts nothing but this certificate. */
  const get = (url: string, ca: string, method = 'GET', body = '') =>
    new Promise<{ status: number; headers: Headers }>((resolve, reject) => {
      const sent = request(
        url,
        { ca, agent: false, method, headers: { 'Content-Type': 'application/json' } },
        response => {
          response.resume()
          resolve({ status: response.statusCode ?? 0, headers: response.headers as Headers })
        },
      )
      sent.on('error', reject).end(body)
    })
  const shownCertificate = (url: string) =>
    new Promise<PeerCertificate>((resolve, reject) => {
      const { hostname, port } = new URL(url)
      const socket: TLSSocket = connect(
        { host: hostname, port: Number(port), rejectUnauthorized: false },
        () => {
          resolve(socket.getPeerCertificate())
          socket.destroy()
        },
      )
      socket.on('error', reject)
    })

  test('is served from the files that the settings name, and reread at SIGHUP', async () => {
    const [first, second] = [selfSignedCertificate(), selfSignedCertificate()]
    install(first)
    await using server = await startServer({ env: files })
    assert.match(server.url, /^https:/)
    assert.equal((await get(`${server.url}/healthz`, first.cert)).status, 200)
    const { raw } = await shownCertificate(server.url)
    install(second)
    assert.deepEqual((await shownCertificate(server.url)).raw, raw)
    process.kill(-server.pid, 'SIGHUP')
    await eventually(async () => assert.notDeepEqual((await shownCertificate(server.url)).raw, raw))
    assert.equal((await get(`${server.url}/healthz`, second.cert)).status, 200)
    await assert.rejects(get(`${server.url}/healthz`, first.cert), /self-signed|verify/)
    writeFileSync(files.TAILRACE_TLS_KEY, 'no key')
    process.kill(-server.pid, 'SIGHUP')
    await eventually(async () => assert.match(server.stderr, /the old certificate stays/))
    assert.equal((await get(`${server.url}/healthz`, second.cert)).status, 200)
  })

  test('is neither begun nor changed with a key of another type than the certificate\u2019s', async () => {
    const pair = selfSignedCertificate()
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const mixed = { cert: pair.cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
    install(mixed)
    const begun = startServer({ env: files }).then(server => server.stop())
    await assert.rejects(begun, /cannot be used: the key is not that of the certificate/)
    install(pair)
    await using server = await startServer({ env: files })
    install(mixed)
    process.kill(-server.pid, 'SIGHUP')
    await eventually(async () => assert.match(server.stderr, /the old certificate stays/), 60_000)
    assert.equal((await get(`${server.url}/healthz`, pair.cert)).status, 200)
  })

  test('makes the session cookie secure', async () => {
    const pair = selfSignedCertificate()
    install(pair)
    await using server = await startServer({ env: files })
    const login = JSON.stringify({ user: ADMIN.name, password: ADMIN.password, project: BOOTSTRAP.project })
    const { status, headers } = await get(`${server.url}/api/v1/session`, pair.cert, 'POST', login)
    assert.equal(status, 201)
    assert.match(String(headers['set-cookie']), /^__Host-tailrace-session=.*; Secure/)
  })

  test('is not begun without a key, with another certificate\u2019s key, or with files that are not there', async () => {
    install({ ...selfSignedCertificate(), key: selfSignedCertificate().key })
    await assert.rejects(startServer({ env: files }), /cannot be used/)
    await assert.rejects(
      startServer({ env: { ...files, TAILRACE_TLS_KEY: join(folder, 'none.pem') } }),
      /none\.pem cannot be used/,
    )
    await assert.rejects(
      startServer({ env: { TAILRACE_TLS_CERT: files.TAILRACE_TLS_CERT } }),
      /must be set together/,
    )
  })
})

interface Written {
  readonly path: string
  readonly host: string
}

/** Sends a page request that was signed for one path and host to another. */
async function signedPage(url: string, path: string, signed: Written, more: Headers = {}) {
  const headers = { host: signed.host, 'x-sdk-date': sdkDate(Date.now()) }
  const Authorization = authorization({ method: 'GET', path: signed.path, headers }, BOOTSTRAP)
  return send(url, 'GET', path, { 'x-sdk-date': headers['x-sdk-date'], ...more, Authorization })
}

describe('a base path', async () => {
  const { server, caller } = await startFixture({
    env: { TAILRACE_PUBLIC_URL: 'http://logs.example.test:81/deep/base/' },
  })
  const build = await caller.newLog('one\n')

  test('is part of every address in answers, and is understood in every request', async () => {
    const [step] = build.steps
    assert.equal(step?.log_url, `http://logs.example.test:81/deep/base${logPath(build, 1)}`)
    for (const path of [logPath(build, 1), `/deep/base${logPath(build, 1)}`]) {
      const reply = await caller.get(path)
      assert.deepEqual([reply.status, reply.text], [200, 'one\n'])
    }
    const whole = new Caller(server, caller.headers)
    assert.equal((await whole.get(`/deep/base${pagePath(build)}`)).json().result.log, 'one\n')
    const tokens = '/deep/base/v3/auth/tokens?nocatalog'
    const type = { 'Content-Type': 'application/json' }
    const body = passwordRequest(ADMIN, PROJECT_SCOPE)
    assert.equal((await send(server.url, 'POST', tokens, type, body)).status, 201)
  })

  test('is one from its first to its last character, and once', async () => {
    for (const path of [
      '/deep/basement/healthz',
      '/deep/base/deep/base/healthz',
      '/deep/healthz',
      '/DEEP/base/healthz',
    ])
      assertRefused(await send(server.url, 'GET', path), 404, 'APIGW.0101')
    assert.equal((await send(server.url, 'GET', '/deep/base/healthz')).status, 200)
  })

  test('may be in a signature whether a proxy cuts it off or not, and so may the public host', async () => {
    const page = pagePath(build)
    const host = new URL(server.url).host
    for (const [path, signed] of [
      [page, { path: page, host }],
      [`/deep/base${page}`, { path: `/deep/base${page}`, host }],
      [page, { path: `/deep/base${page}`, host: 'logs.example.test:81' }],
      [page, { path: `/deep/base${page}`, host: 'logs.example.test' }],
    ] as const)
      assert.equal((await signedPage(server.url, path, signed)).status, 200, JSON.stringify(signed))
    for (const [path, signed] of [
      [page, { path: `/deep${page}`, host }],
      [`/deep/base${page}`, { path: page, host }],
      [page, { path: page, host: 'other.example.test' }],
      [page, { path: page.replace('size=1000', 'size=999'), host }],
    ] as const)
      assertRefused(await signedPage(server.url, path, signed), 401, 'APIGW.0301')
  })

  test('that hides routes of the API stops the start', async () => {
    for (const path of ['/v1', '/api/logs', '/v3.0'])
      await assert.rejects(
        startServer({ env: { TAILRACE_PUBLIC_URL: `http://x.test${path}` } }),
        /TAILRACE_PUBLIC_URL/,
      )
  })
})

describe('a proxy', async () => {
  const [trusting, distrusting] = await Promise.all([
    startServer({ env: { TAILRACE_TRUST_PROXY: 'on' } }),
    startServer(),
  ])
  after(() => Promise.all([trusting.stop(), distrusting.stop()]))
  const SIGNED_FOR = 'logs.example.test'
  const forwarded = { 'X-Forwarded-Host': SIGNED_FOR, 'X-Forwarded-Proto': 'https' }

  test('that is trusted names the host that was signed; any other sender is ignored', async () => {
    for (const [server, status] of [
      [trusting, 200],
      [distrusting, 401],
    ] as const) {
      const page = pagePath(await (await admin(server)).newLog('one\n'))
      assert.equal(
        (await signedPage(server.url, page, { path: page, host: SIGNED_FOR }, forwarded)).status,
        status,
      )
      assert.equal((await signedPage(server.url, page, { path: page, host: SIGNED_FOR })).status, 401)
    }
  })

  test('that is trusted names the scheme: the session cookie is secure, and its origin the public one', async () => {
    const login = JSON.stringify({ user: ADMIN.name, password: ADMIN.password, project: BOOTSTRAP.project })
    const begin = (url: string, origin: string) =>
      send(
        url,
        'POST',
        '/api/v1/session',
        { 'Content-Type': 'application/json', Origin: origin, ...forwarded },
        login,
      )
    const reply = await begin(trusting.url, `https://${SIGNED_FOR}`)
    assert.match(String(reply.headers['set-cookie']), /^__Host-tailrace-session=.*; Secure/)
    assertRefused(await begin(trusting.url, trusting.url), 403, 'APIGW.0302')
    assertRefused(await begin(distrusting.url, `https://${SIGNED_FOR}`), 403, 'APIGW.0302')
    assert.match(
      String((await begin(distrusting.url, distrusting.url)).headers['set-cookie']),
      /^tailrace-session=/,
    )
  })

  test('that is trusted names the client\u2019s address, by the last entry of the list alone', async () => {
    const guess = (address: string) =>
      send(
        trusting.url,
        'POST',
        '/v3/auth/tokens',
        { 'Content-Type': 'application/json', 'X-Forwarded-For': address },
        passwordRequest({ name: 'nobody', password: 'wrong-password-1' }),
      )
    let tries = 0
    for (let reply = await guess('192.0.2.1'); reply.status !== 429 && tries < 200; tries++)
      reply = await guess(`198.51.100.${tries}, 192.0.2.1`)
    assert.ok(tries < 200, 'a list that the client began itself changed its address')
    assert.equal((await guess('192.0.2.2')).status, 401)
    tries = 0
    for (let reply = await guess('2001:db8::1'); reply.status !== 429 && tries < 200; tries++)
      reply = await guess(`2001:db8::${tries}:1`)
    assert.ok(tries < 200, 'each address of one IPv6 network counted for itself')
    assert.equal((await guess('2001:db8:0:1::1')).status, 401)
  })
})
