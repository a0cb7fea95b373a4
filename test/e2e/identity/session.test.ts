/**
 * `POST` and `DELETE /api/v1/session`: a cookie for browsers, and what pages of other sites cannot
 * do with it (docs/api.md section 6).
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BOOTSTRAP, startServer } from '../../props/server-process.ts'
import {
  ADMIN,
  assertRefused,
  type Headers,
  pagePath,
  type Reply,
  send,
  signIn,
  UNKNOWN_RECORD,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const build = await caller.newLog('one\n')
const other: { id: string } = (await caller.post('/api/v1/projects', { name: 'other' })).json()

const LOGIN = { user: ADMIN.name, password: ADMIN.password, project: BOOTSTRAP.project }
const JSON_TYPE = { 'Content-Type': 'application/json' }
const OWN = { Origin: server.url, 'Sec-Fetch-Site': 'same-origin' }

const begin = (body: unknown, headers: Headers = OWN, url = server.url) =>
  send(url, 'POST', '/api/v1/session', { ...JSON_TYPE, ...headers }, JSON.stringify(body))

/** What a browser would send back of a Set-Cookie. */
function cookieOf(reply: Reply): string {
  assert.equal(reply.status, 201, reply.text)
  return String(reply.headers['set-cookie']?.[0]).split(';')[0]!
}

const attributesOf = (reply: Reply) => String(reply.headers['set-cookie']?.[0]).split('; ').slice(1)
const readPage = (headers: Headers) => send(server.url, 'GET', pagePath(build), headers)
const newBuild = (headers: Headers, url = server.url) =>
  send(url, 'POST', '/api/v1/builds', { ...JSON_TYPE, ...headers }, JSON.stringify({ job_name: 'by cookie' }))

describe('a session', () => {
  test('begins with user, password and project, and says whose it is but not its token', async () => {
    const reply = await begin(LOGIN)
    const [name, value] = cookieOf(reply).split('=')
    assert.equal(name, 'tailrace-session')
    assert.ok(!reply.text.includes(value!))
    assert.deepEqual(attributesOf(reply).sort(), ['HttpOnly', 'Max-Age=86400', 'Path=/', 'SameSite=Strict'])
    assert.equal(reply.headers['cache-control'], 'no-store')
    const { user, project, roles, expires_at } = reply.json()
    assert.deepEqual([user.name, project.id], [ADMIN.name, build.project_id])
    assert.deepEqual(roles, ['reader', 'runner', 'admin'])
    assert.ok(Date.parse(expires_at) > Date.now())
  })

  test('opens what a token opens, for its project alone', async () => {
    const Cookie = cookieOf(await begin(LOGIN))
    assert.equal((await readPage({ Cookie })).json().result.log, 'one\n')
    assert.equal((await newBuild({ Cookie, ...OWN })).status, 201)
    const elsewhere = cookieOf(
      await begin({ user: LOGIN.user, password: LOGIN.password, project_id: other.id }),
    )
    assert.equal((await readPage({ Cookie: elsewhere })).status, 404)
    assertRefused(await readPage({ Cookie, 'X-Project-Id': other.id }), 403, 'APIGW.0302')
    const among = { Cookie: `theme=dark; ${Cookie}; tailrace-session-2=x`, Authorization: 'Basic eDp5' }
    assert.equal((await readPage(among)).status, 200)
  })

  test('begins with a token too, and ends with it', async () => {
    const [token, own] = [await signIn(server.url), await signIn(server.url)]
    for (const body of [{ token }, { token, project: BOOTSTRAP.project }]) {
      const Cookie = cookieOf(await begin(body))
      assert.ok(!Cookie.includes(token))
      assert.equal((await readPage({ Cookie })).status, 200)
    }
    assertRefused(await begin({ token, project_id: other.id }), 403, 'APIGW.0302')
    const Cookie = cookieOf(await begin({ token }))
    const subject = { 'X-Auth-Token': own, 'X-Subject-Token': token }
    assert.equal((await send(server.url, 'DELETE', '/v3/auth/tokens', subject)).status, 204)
    assertRefused(await readPage({ Cookie }), 401, 'APIGW.0301')
  })

  test('ends when it is deleted, and leaves other sessions and the token alone', async () => {
    const token = await signIn(server.url)
    const [one, another] = [cookieOf(await begin({ token })), cookieOf(await begin({ token }))]
    const ended = await send(server.url, 'DELETE', '/api/v1/session', { Cookie: one, ...OWN })
    assert.equal(ended.status, 204)
    assert.match(String(ended.headers['set-cookie']), /^tailrace-session=; Path=\/; Max-Age=0; HttpOnly/)
    assertRefused(await readPage({ Cookie: one }), 401, 'APIGW.0301')
    assert.equal((await readPage({ Cookie: another })).status, 200)
    assert.equal((await readPage({ 'X-Auth-Token': token })).status, 200)
    for (const headers of [{}, OWN, { Cookie: one, ...OWN }, { Cookie: 'tailrace-session=x', ...OWN }])
      assert.equal((await send(server.url, 'DELETE', '/api/v1/session', headers)).status, 204)
  })

  test('is always a new one, even if a cookie came with the login', async () => {
    const given = 'tailrace-session=trt_chosen-by-somebody-else-0123456789abcdefghi'
    const fresh = cookieOf(await begin(LOGIN, { ...OWN, Cookie: given }))
    assert.notEqual(fresh, given)
    assertRefused(await readPage({ Cookie: given }), 401, 'APIGW.0301')
    const again = cookieOf(await begin(LOGIN, { ...OWN, Cookie: fresh }))
    assert.notEqual(again, fresh)
  })

  test('is rejected if two come at once, and yields to a token of the request', async () => {
    const Cookie = cookieOf(await begin(LOGIN))
    assertRefused(await readPage({ Cookie: `${Cookie}; tailrace-session=x` }), 401, 'APIGW.0301')
    assertRefused(await readPage({ Cookie, 'X-Auth-Token': 'x' }), 401, 'APIGW.0301', /decrypt token fail/)
    assertRefused(await readPage({ Cookie, Authorization: 'SDK-HMAC-SHA256 x' }), 401, 'APIGW.0301')
  })

  test('is denied for wrong and for incomplete credentials', async () => {
    assertRefused(
      await begin({ ...LOGIN, password: 'wrong-password-1' }),
      401,
      'APIGW.0301',
      /password is wrong/,
    )
    assertRefused(await begin({ ...LOGIN, project: 'nowhere' }), 401, 'APIGW.0301')
    assertRefused(await begin({ ...LOGIN, domain: 'nowhere' }), 401, 'APIGW.0301')
    assertRefused(await begin({ token: 'x' }), 401, 'APIGW.0301')
    assertRefused(await begin({ token: build.upload_token }), 401, 'APIGW.0301')
    for (const body of [
      {},
      { user: LOGIN.user, project: LOGIN.project },
      { user: LOGIN.user, password: LOGIN.password },
      { ...LOGIN, token: 'x' },
      { ...LOGIN, project_id: build.project_id },
      { token: await signIn(server.url, ADMIN, { domain: { name: BOOTSTRAP.domain } }) },
    ]) {
      const reply = await begin(body)
      assertRefused(reply, 400, 'CB.00060200')
      assert.equal(reply.headers['set-cookie'], undefined)
    }
  })
})

describe('a page of another site', () => {
  const FOREIGN: Record<string, Headers> = {
    'another origin': { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
    'another port': { Origin: 'http://127.0.0.1:1', 'Sec-Fetch-Site': 'same-site' },
    'another origin in an old browser': { Origin: 'https://evil.example' },
    'no origin of its own': { Origin: 'null' },
    'another scheme': { Origin: server.url.replace('http:', 'https:') },
    'an origin that begins like ours': { Origin: `${server.url}.evil.example` },
    'our origin, sent from elsewhere': { Origin: server.url, 'Sec-Fetch-Site': 'cross-site' },
    'no word of where it comes from': {},
    'an origin that a forwarding header calls ours': {
      Origin: 'https://evil.example',
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'https',
    },
  }
  for (const [title, headers] of Object.entries(FOREIGN)) {
    test(`can change nothing with the cookie: ${title}`, async () => {
      const Cookie = cookieOf(await begin(LOGIN))
      assertRefused(await newBuild({ Cookie, ...headers }), 403, 'APIGW.0302', /another site/)
      const overridden = { Cookie, ...headers, 'X-HTTP-Method-Override': 'DELETE' }
      const path = `/api/v1/users/${UNKNOWN_RECORD}`
      assertRefused(await send(server.url, 'POST', path, overridden), 403, 'APIGW.0302', /another site/)
      assertRefused(
        await send(server.url, 'DELETE', '/api/v1/session', { Cookie, ...headers }),
        403,
        'APIGW.0302',
      )
      assert.equal((await readPage({ Cookie })).status, 200)
    })
  }

  test('cannot sign its visitor in', async () => {
    for (const headers of Object.values(FOREIGN))
      if (Object.keys(headers).length > 0)
        assertRefused(await begin(LOGIN, headers), 403, 'APIGW.0302', /another site/)
    const form = { ...OWN, 'Content-Type': 'text/plain' }
    assertRefused(await begin(LOGIN, form), 415, 'TR.MEDIA_TYPE')
  })

  test('is none of a request with a token of its own', async () => {
    const headers = { ...caller.headers, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
    assert.equal((await newBuild(headers)).status, 201)
  })
})

test('under a public https URL the cookie is bound to the host, and Origin is compared with that URL', async () => {
  for (const [publicUrl, name, path] of [
    ['https://logs.example.test', '__Host-tailrace-session', '/'],
    ['https://logs.example.test/base', '__Secure-tailrace-session', '/base'],
  ] as const) {
    await using proxied = await startServer({ env: { TAILRACE_PUBLIC_URL: publicUrl } })
    const own = { Origin: 'https://logs.example.test', 'Sec-Fetch-Site': 'same-origin' }
    const reply = await begin(LOGIN, own, proxied.url)
    const Cookie = cookieOf(reply)
    assert.equal(Cookie.split('=')[0], name)
    assert.ok(attributesOf(reply).includes('Secure'))
    assert.ok(attributesOf(reply).includes(`Path=${path}`))
    assert.equal((await newBuild({ Cookie, ...own }, proxied.url)).status, 201)
    assertRefused(await newBuild({ Cookie, Origin: proxied.url }, proxied.url), 403, 'APIGW.0302')
    const plain = Cookie.replace(/^__(Host|Secure)-/, '')
    assertRefused(await newBuild({ Cookie: plain, ...own }, proxied.url), 401, 'APIGW.0301')
  }
})
