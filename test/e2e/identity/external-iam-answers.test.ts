/**
 * What an external IAM may answer (TAILRACE_IAM_URL): tokens as the public Identity API v3
 * describes them, and every kind of misbehaviour.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import {
  type Answerer,
  json,
  KEYSTONE_PROJECT,
  keystoneToken,
  openKeystoneFront,
} from '../../props/keystone-front.ts'
import { selfSignedCertificate } from '../../props/self-signed-certificate.ts'
import { startServer } from '../../props/server-process.ts'
import { admin, assertRefused, Caller } from '../../props/wire.ts'

const front = await openKeystoneFront(json(404, {}))
after(() => front[Symbol.asyncDispose]())
const SERVED = { TAILRACE_IAM_URL: front.url, TAILRACE_IAM_PROJECTS: 'default' }
const server = await startServer({ env: SERVED })
after(() => server.stop())

let tokens = 0
/** The holder of a token that nobody asked about before. */
const holder = (on: { readonly url: string } = server) =>
  new Caller(on, { 'X-Auth-Token': `gAAAAAB${tokens++}_${'k'.repeat(180)}` })

/** What a request with a new token is answered while the IAM answers so. */
function askedWith(answer: Answerer, path = '/api/v1/jobs', on = server) {
  front.answer = answer
  return holder(on).get(path)
}

/** Which of Tailrace's roles a holder turns out to have. */
async function rolesWith(names: readonly string[], on = server): Promise<readonly string[]> {
  front.answer = json(200, keystoneToken(names))
  const caller = holder(on)
  const subject = { 'X-Subject-Token': String(caller.headers['X-Auth-Token']) }
  const reply = await caller.get('/v3/auth/tokens', subject)
  assert.equal(reply.status, 200, reply.text)
  return reply.json().token.roles.map(({ name }: { name: string }) => name)
}

describe('a token as Keystone describes it', () => {
  test('is accepted, and requested alone, without a catalog', async () => {
    let path: string | undefined
    let headers: Readonly<Record<string, unknown>> = {}
    const caller = holder()
    front.answer = (request, response) => {
      path = request.url
      headers = request.headers
      json(200, keystoneToken(['member', 'reader']), { 'X-Subject-Token': 'x'.repeat(100_000) })(
        request,
        response,
      )
    }
    assert.equal((await caller.newBuild()).project_id, KEYSTONE_PROJECT)
    assert.match(path ?? '', /^\/v3\/auth\/tokens\?nocatalog/)
    const token = caller.headers['X-Auth-Token']
    assert.deepEqual([headers['x-auth-token'], headers['x-subject-token']], [token, token])
  })

  test('has the roles that the defaults give its own, least where nothing fits', async () => {
    for (const [names, expected] of [
      [['admin'], ['admin']],
      [['te_admin', 'te_agency', 'op_gated_x'], ['admin']],
      [
        ['reader', 'member', 'admin', 'manager'],
        ['reader', 'runner', 'admin'],
      ],
      [['Member'], ['runner']],
      [['readonly'], ['reader']],
      [['administrator', 'secu_admin', 'service', 'adm', ''].filter(Boolean), []],
      [[], []],
    ] as const)
      assert.deepEqual(await rolesWith(names), expected, names.join())
    const refused = await askedWith(json(200, keystoneToken(['secu_admin'])))
    assertRefused(refused, 403, 'APIGW.0302', /No role/)
  })

  test('has other roles if the settings say so', async () => {
    const env = {
      TAILRACE_IAM_ADMIN_ROLES: 'ci-boss, te_admin',
      TAILRACE_IAM_RUNNER_ROLES: '-',
      TAILRACE_IAM_READER_ROLES: 'Everybody',
    }
    await using other = await startServer({ env: { ...SERVED, ...env } })
    assert.deepEqual(await rolesWith(['CI-Boss', 'everybody', 'member'], other), ['reader', 'admin'])
    assert.deepEqual(await rolesWith(['admin', 'member'], other), [])
  })

  test('opens nothing without a project of its own', async () => {
    const domain = { id: 'default', name: 'Default' }
    for (const change of [
      { project: undefined, domain },
      { project: undefined, system: { all: true } },
      { project: undefined, roles: undefined, is_domain: undefined },
      { project: null },
      { is_domain: true },
      { project: { id: 'Not-32-Hexadecimal-Digits', name: 'x', domain } },
      { project: { id: 'A'.repeat(32), name: 'x', domain } },
      { project: { id: 'a'.repeat(32), name: 'x', domain: { id: 'elsewhere', name: 'Elsewhere' } } },
    ])
      assertRefused(await askedWith(json(200, keystoneToken(['admin'], change))), 403, 'APIGW.0302')
  })

  test('never opens a project of the server\u2019s own', async () => {
    const { project_id: id } = await (await admin(server)).newBuild()
    const domain = { id: 'default', name: 'Default' }
    for (const TAILRACE_IAM_PROJECTS of ['*', id]) {
      await using other = await startServer({ env: { ...SERVED, TAILRACE_IAM_PROJECTS } })
      const { project_id } = await (await admin(other)).newBuild()
      const answer = json(200, keystoneToken(['admin'], { project: { id: project_id, name: 'x', domain } }))
      assertRefused(await askedWith(answer, '/api/v1/jobs', other), 403, 'APIGW.0302')
      const elsewhere = json(200, keystoneToken(['admin'], { project: { id, name: 'x', domain } }))
      assert.equal((await askedWith(elsewhere, '/api/v1/jobs', other)).status, 200)
    }
  })

  test('whose user has the id of a user of the server gives no access to what that user made', async () => {
    const own = await admin(server)
    const about = (caller: Caller, subject: Caller) =>
      caller.get('/v3/auth/tokens', { 'X-Subject-Token': String(subject.headers['X-Auth-Token']) })
    const { id, name } = (await about(own, own)).json().token.user
    const user = { id, name, domain: { id: 'default', name: 'Default' } }
    front.answer = json(200, keystoneToken(['admin'], { user }))
    const namesake = holder()
    assert.equal((await about(namesake, namesake)).json().token.user.id, id)
    for (const reply of [await about(namesake, own), await about(own, namesake)])
      assert.equal(reply.status, 404, reply.text)
    assert.equal((await namesake.get('/v3/projects')).status, 403)
    assert.equal((await namesake.post('/api/v1/keys', {})).status, 403)
  })

  test('without the domain of its project is for a project that is listed itself', async () => {
    const answer = json(200, keystoneToken(['admin'], { project: { id: KEYSTONE_PROJECT, name: 'admin' } }))
    assertRefused(await askedWith(answer), 403, 'APIGW.0302', /not served/)
    await using other = await startServer({ env: { ...SERVED, TAILRACE_IAM_PROJECTS: KEYSTONE_PROJECT } })
    assert.equal((await askedWith(answer, '/api/v1/jobs', other)).status, 200)
  })

  test('is not what metrics are read with: that token never leaves the server', async () => {
    const own = 'what-prometheus-alone-knows'
    await using metered = await startServer({ env: { ...SERVED, TAILRACE_METRICS_TOKEN: own } })
    let asked = 0
    front.answer = (request, response) => {
      asked++
      json(200, keystoneToken(['admin']))(request, response)
    }
    const collector = new Caller(metered, { Authorization: `Bearer ${own}` })
    assertRefused(await collector.get('/api/v1/jobs'), 401, 'APIGW.0301')
    assert.equal((await collector.get('/metrics')).status, 200)
    assert.equal(asked, 0)
  })

  test('is rejected when it has expired, even if the IAM accepts it', async () => {
    for (const expires_at of ['2015-11-07T02:58:43.578887Z', '2015-11-07T02:58:43', new Date().toISOString()])
      assertRefused(
        await askedWith(json(200, keystoneToken(['admin'], { expires_at }))),
        401,
        'APIGW.0301',
        /token expires, expires_at:20/,
      )
  })

  test('is rejected if the IAM does not know it, whatever its answer', async () => {
    for (const status of [400, 401, 404, 413, 414, 431])
      assertRefused(
        await askedWith(json(status, { error: { code: status, message: 'no', title: 'no' } })),
        401,
        'APIGW.0301',
        /decrypt token fail/,
      )
  })
})

describe('an IAM that answers otherwise', () => {
  const cases: Readonly<Record<string, Answerer>> = {
    'with a failure': json(500, { error: { code: 500, message: 'oops', title: 'oops' } }),
    'as a broken gateway': json(502, '<html>'),
    'that no token may prove itself': json(403, { error: { code: 403, message: 'no', title: 'Forbidden' } }),
    // Who follows it gets a token that opens everything.
    'with a redirect': (request, response) => {
      const there = request.url === '/elsewhere'
      const answer = there ? json(200, keystoneToken(['admin'])) : json(302, '', { Location: '/elsewhere' })
      answer(request, response)
    },
    'with another success': json(204, ''),
    'with text that is no JSON': json(200, 'hello'),
    'with nothing': json(200, ''),
    'with JSON that is no object': json(200, '[null]'),
    'without a token': json(200, { user: {} }),
    'without an expiry': json(200, keystoneToken(['admin'], { expires_at: undefined })),
    'with an expiry that is no time': json(200, keystoneToken(['admin'], { expires_at: 'tomorrow' })),
    'without a user': json(200, keystoneToken(['admin'], { user: undefined })),
    'with a user without an id': json(200, keystoneToken(['admin'], { user: { name: 'x' } })),
    'with roles that are none': json(200, keystoneToken([], { roles: 'admin' })),
    'with a project without a name': json(200, keystoneToken(['admin'], { project: { id: 'a' } })),
    'with an answer without end': (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' })
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', more)
      more()
    },
    'with half an answer': (_request, response) => {
      response.writeHead(200, { 'Content-Length': '1000' })
      response.write('{"token":', () => response.destroy())
    },
    'with headers without end': json(200, keystoneToken(['admin']), { 'X-Much': 'x'.repeat(300_000) }),
    'with something else than HTTP': request => void request.socket.end('220 mail.example.org ESMTP\r\n'),
    'by hanging up': request => void request.socket.destroy(),
    'not at all': () => {},
    slowly: (_request, response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write(' '), 100)
      response.once('close', () => clearInterval(drip))
    },
  }
  for (const [name, answer] of Object.entries(cases))
    test(`${name}: 503, with a time to come back`, async () => {
      const reply = await askedWith(answer)
      assertRefused(reply, 503, 'TR.UNAVAILABLE', /IAM/)
      assert.match(String(reply.headers['retry-after']), /^[1-9]\d*$/)
    })

  test('that is asked too often says how long to wait', async () => {
    const reply = await askedWith(json(429, {}, { 'Retry-After': '17' }))
    assertRefused(reply, 503, 'TR.UNAVAILABLE')
    assert.equal(reply.headers['retry-after'], '17')
  })

  test('is reported, but not for each request', async () => {
    const reports = server.stderr.split('\n').filter(line => line.includes('does not answer as it should'))
    assert.ok(reports.length > 0 && reports.length < Object.keys(cases).length, `${reports.length} reports`)
    assert.match(reports[0]!, /it answered 500/)
    assert.ok(!server.stderr.includes('gAAAAAB'))
    const { text } = await (await admin(server)).get('/metrics')
    for (const outcome of ['known', 'unknown', 'failed'])
      assert.match(text, new RegExp(`tailrace_iam_answers_total\\{outcome="${outcome}"\\} [1-9]`))
  })

  test('has no lasting effect: the next token is accepted', async () => {
    assert.equal((await askedWith(json(200, keystoneToken(['admin'])))).status, 200)
  })
})

test('the certificate of the IAM is checked, also against authorities of one\u2019s own', async () => {
  const files = mkdtempSync(join(tmpdir(), 'tailrace-test-'))
  const pair = selfSignedCertificate()
  writeFileSync(join(files, 'ca.pem'), pair.cert)
  const answer = json(200, keystoneToken(['reader']))
  const tls = createServer(pair, answer)
  await new Promise<void>(resolve => tls.listen(0, '127.0.0.1', resolve))
  try {
    const TAILRACE_IAM_URL = `https://127.0.0.1:${(tls.address() as AddressInfo).port}`
    await using strict = await startServer({ env: { ...SERVED, TAILRACE_IAM_URL } })
    assertRefused(await holder(strict).get('/api/v1/jobs'), 503, 'TR.UNAVAILABLE')
    const NODE_EXTRA_CA_CERTS = join(files, 'ca.pem')
    await using told = await startServer({ env: { ...SERVED, TAILRACE_IAM_URL, NODE_EXTRA_CA_CERTS } })
    assert.equal((await holder(told).get('/api/v1/jobs')).status, 200)
  } finally {
    tls.closeAllConnections()
    await new Promise(resolve => tls.close(resolve))
    rmSync(files, { recursive: true })
  }
})

test('settings that make no sense stop the start', async () => {
  for (const [env, message] of [
    [{ TAILRACE_IAM_URL: 'https://iam.example.org' }, /TAILRACE_IAM_URL and TAILRACE_IAM_PROJECTS/],
    [{ TAILRACE_IAM_PROJECTS: '*' }, /TAILRACE_IAM_URL and TAILRACE_IAM_PROJECTS/],
    [{ ...SERVED, TAILRACE_IAM_URL: 'iam.example.org' }, /TAILRACE_IAM_URL must be/],
    [{ ...SERVED, TAILRACE_IAM_URL: 'https://a:b@iam.example.org' }, /must not contain a user/],
    [{ ...SERVED, TAILRACE_IAM_PROJECTS: 'a,,b' }, /TAILRACE_IAM_PROJECTS must be/],
    [{ ...SERVED, TAILRACE_IAM_CACHE_S: '1.5' }, /TAILRACE_IAM_CACHE_S must be/],
  ] as const)
    await assert.rejects(startServer({ env }), message)
})
