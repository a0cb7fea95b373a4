import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseAuthorization } from './authorization-header.ts'
import { canonicalRequest } from './canonical-request.ts'
import { formatSdkDate } from './sdk-date.ts'
import { EMPTY_SHA256, sdkHmacSha256Signature, sha256Hex, UNSIGNED_PAYLOAD } from './sdk-hmac-sha256.ts'
import { signHeaders } from './sign-headers.ts'
import { type ReceivedRequest, verifySignature } from './verify-signature.ts'

/**
 * The documented sample pair and request of the API signing guide, and a request of the log API
 * under made-up keys.
 */
const VECTORS = [
  {
    title: 'the documented sample',
    secretKey: 'MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc',
    path: '/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs',
    query: 'limit=2&marker=13551d6b-755d-4757-b956-536f674975c0',
    headers: {
      'content-type': 'application/json',
      host: 'service.region.example.com',
      'x-sdk-date': '20191115T033655Z',
    },
    hash: 'b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a',
    signature: '7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe',
  },
  {
    title: 'a page of a step',
    secretKey: 'SKTESTSKTESTSKTESTSKTESTSKTESTSKTESTSK01',
    path: '/v1/log/task/step',
    query:
      'job_id=0123456789abcdef0123456789abcdef&build_no=1&step_id=1&start_offset=0&end_offset=0&size=1000&sort=AES',
    headers: {
      host: 'build.example.test',
      'x-project-id': 'fedcba9876543210fedcba9876543210',
      'x-sdk-date': '20250626T062332Z',
    },
    hash: 'f242f6d0033172bc81f1062b096e7430605c7f07e59861b1dbfffcbd512a1682',
    signature: 'ad8257975b82972ef65c6fb0e7b91c77a634dd2ef919a28935fb9f252f584b37',
  },
]

const KEY = { accessKey: 'AKTESTAKTESTAKTEST01', secretKey: 'SKTESTSKTESTSKTESTSKTESTSKTESTSKTESTSK01' }
const AT = new Date('2025-06-26T06:23:32.900Z')

/** What a server receives of a signed request. */
async function arrived(
  method: string,
  url: URL,
  headers: Record<string, string>,
  payloadSha256: string,
): Promise<ReceivedRequest> {
  const lines = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]))
  if (!lines.has('host')) lines.set('host', [url.host])
  return { method, target: url.pathname + url.search, headers: name => lines.get(name) ?? [], payloadSha256 }
}

async function accepts(request: ReceivedRequest, secretKey = KEY.secretKey): Promise<boolean> {
  const claim = parseAuthorization(request.headers('authorization')[0] ?? '')
  return claim !== undefined && verifySignature(request, claim, secretKey)
}

describe('SDK-HMAC-SHA256', () => {
  for (const { title, secretKey, path, query, headers, hash, signature } of VECTORS) {
    it(`makes the known signature of ${title}`, async () => {
      const values = new Map(Object.entries(headers))
      const canonical = canonicalRequest({
        method: 'GET',
        path,
        query,
        signedHeaders: [...values.keys()],
        headers: name => [values.get(name) ?? ''],
        payloadSha256: EMPTY_SHA256,
      })
      assert.equal(await sha256Hex(canonical), hash)
      assert.equal(await sdkHmacSha256Signature(canonical, headers['x-sdk-date'] ?? '', secretKey), signature)
    })
  }

  it('signs the known request of the log API with the known signature', async () => {
    const { headers, signature, path, query } = VECTORS[1] as (typeof VECTORS)[1]
    const signed = await signHeaders(
      {
        method: 'GET',
        url: new URL(`https://build.example.test${path}?${query}`),
        headers: { 'X-Project-Id': headers['x-project-id'] as string, 'User-Agent': 'any' },
        payloadSha256: EMPTY_SHA256,
      },
      KEY,
      AT,
    )
    assert.equal(
      signed.Authorization,
      `SDK-HMAC-SHA256 Access=${KEY.accessKey}, SignedHeaders=host;x-project-id;x-sdk-date, Signature=${signature}`,
    )
    assert.equal(signed['X-Sdk-Date'], '20250626T062332Z')
    assert.equal(signed['User-Agent'], 'any')
  })
})

const url = fc
  .record({
    path: fc.array(fc.string({ unit: 'grapheme', maxLength: 6 }), { maxLength: 4 }),
    parameters: fc.array(
      fc.tuple(fc.string({ unit: 'grapheme', maxLength: 5 }), fc.string({ maxLength: 5 })),
      {
        maxLength: 4,
      },
    ),
    form: fc.boolean(),
  })
  .map(({ path, parameters, form }) => {
    const made = new URL(`http://127.0.0.1:8080/${path.map(encodeURIComponent).join('/')}`)
    made.search = form
      ? new URLSearchParams(parameters).toString()
      : parameters.map(pair => pair.map(encodeURIComponent).join('=')).join('&')
    return made
  })
const method = fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE')
const project = fc.option(fc.stringMatching(/^[0-9a-f]{32}$/), { nil: undefined })
const body = fc.string()
const request = fc.record({ method, url, project, body })

async function sign(made: { method: string; url: URL; project: string | undefined; body: string }) {
  const payloadSha256 = await sha256Hex(made.body)
  const headers = made.project === undefined ? {} : { 'x-project-id': made.project }
  return {
    payloadSha256,
    headers: await signHeaders({ method: made.method, url: made.url, headers, payloadSha256 }, KEY, AT),
  }
}

describe('a signed request', () => {
  it('is accepted as it was signed', async () => {
    await fc.assert(
      fc.asyncProperty(request, async made => {
        const { headers, payloadSha256 } = await sign(made)
        assert.ok(await accepts(await arrived(made.method, made.url, headers, payloadSha256)))
      }),
    )
  })

  it('is rejected after any change of method, path, query, signed header, date, body or key', async () => {
    await fc.assert(
      fc.asyncProperty(request, async made => {
        const { headers, payloadSha256 } = await sign(made)
        const otherPath = new URL(made.url)
        otherPath.pathname += 'x'
        const otherQuery = new URL(made.url)
        otherQuery.search += '&added=1'
        const otherHost = { ...headers, Host: 'elsewhere.example' }
        const otherDate = { ...headers, 'X-Sdk-Date': formatSdkDate(new Date(AT.getTime() + 1000)) }
        const otherProject = { ...headers, 'x-project-id': 'f'.repeat(31) }
        const otherMethod = made.method === 'GET' ? 'PUT' : 'GET'
        const changed = [
          await arrived(otherMethod, made.url, headers, payloadSha256),
          await arrived(made.method, otherPath, headers, payloadSha256),
          await arrived(made.method, otherQuery, headers, payloadSha256),
          await arrived(made.method, made.url, otherHost, payloadSha256),
          await arrived(made.method, made.url, otherDate, payloadSha256),
          await arrived(made.method, made.url, headers, await sha256Hex(`${made.body}x`)),
        ]
        if (made.project !== undefined)
          changed.push(await arrived(made.method, made.url, otherProject, payloadSha256))
        for (const one of changed) assert.equal(await accepts(one), false)
        const same = await arrived(made.method, made.url, headers, payloadSha256)
        assert.equal(await accepts(same, `${KEY.secretKey}x`), false)
      }),
      { numRuns: 50 },
    )
  })

  it('is accepted when the host was signed without the port, and with a bare parameter on the wire', async () => {
    const signed = await signHeaders(
      {
        method: 'GET',
        url: new URL('http://build.example.test/a?k=&b=1'),
        headers: {},
        payloadSha256: EMPTY_SHA256,
      },
      KEY,
      AT,
    )
    const wire = new URL('http://build.example.test:8080/a?b=1&k')
    assert.ok(await accepts(await arrived('GET', wire, signed, EMPTY_SHA256)))
  })

  it('is rejected when a listed header did not come, or the date is not signed', async () => {
    const wire = new URL('http://build.example.test/a')
    const signed = await signHeaders(
      { method: 'GET', url: wire, headers: { 'x-project-id': 'p' }, payloadSha256: EMPTY_SHA256 },
      KEY,
      AT,
    )
    const { 'x-project-id': _, ...rest } = signed
    assert.equal(await accepts(await arrived('GET', wire, rest, EMPTY_SHA256)), false)
    const canonical = canonicalRequest({
      method: 'GET',
      path: '/a',
      query: '',
      signedHeaders: ['host'],
      headers: () => ['build.example.test'],
      payloadSha256: EMPTY_SHA256,
    })
    const signature = await sdkHmacSha256Signature(canonical, '20250626T062332Z', KEY.secretKey)
    const undated = {
      'X-Sdk-Date': '20250626T062332Z',
      Authorization: `SDK-HMAC-SHA256 Access=${KEY.accessKey}, SignedHeaders=host, Signature=${signature}`,
    }
    assert.equal(await accepts(await arrived('GET', wire, undated, EMPTY_SHA256)), false)
  })

  it('is rejected when a listed header did not come, even if it was signed as not there', async () => {
    const signedHeaders = ['host', 'x-project-id', 'x-sdk-date']
    const lines = (name: string) =>
      ({ host: ['build.example.test'], 'x-sdk-date': ['20250626T062332Z'] })[name] ?? []
    const request = { method: 'GET', headers: lines, payloadSha256: EMPTY_SHA256 }
    const canonical = canonicalRequest({ ...request, path: '/a', query: '', signedHeaders })
    const signature = await sdkHmacSha256Signature(canonical, '20250626T062332Z', KEY.secretKey)
    const claim = { accessKey: KEY.accessKey, signedHeaders, signature }
    assert.equal(await verifySignature({ ...request, target: '/a' }, claim, KEY.secretKey), false)
  })

  it('with an unsigned body says so in a signed header', async () => {
    const wire = new URL('http://build.example.test/a')
    const signed = await signHeaders(
      {
        method: 'PUT',
        url: wire,
        headers: { 'x-sdk-content-sha256': 'stale' },
        payloadSha256: UNSIGNED_PAYLOAD,
      },
      KEY,
      AT,
    )
    assert.equal(signed['X-Sdk-Content-Sha256'], UNSIGNED_PAYLOAD)
    assert.equal(Object.keys(signed).filter(name => name.toLowerCase() === 'x-sdk-content-sha256').length, 1)
    assert.match(signed.Authorization as string, /SignedHeaders=host;x-sdk-content-sha256;x-sdk-date,/)
    assert.ok(await accepts(await arrived('PUT', wire, signed, UNSIGNED_PAYLOAD)))
  })
})
