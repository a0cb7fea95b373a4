import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { canonicalRequest } from './canonical-request.ts'
import { EMPTY_SHA256 } from './sdk-hmac-sha256.ts'
import { derivedKey, v11HmacSha256Signature } from './v11-hmac-sha256.ts'
import { verifySignature } from './verify-signature.ts'

const KEY = { accessKey: 'AKTESTAKTESTAKTEST01', secretKey: 'SKTESTSKTESTSKTESTSKTESTSKTESTSKTESTSK01' }
const DERIVED_FOR = '20250626/cn-north-4/codeartsbuild'
const SIGNATURE = '080c2fdab4744813d140ddc285d36bccc507aa2bbe8f459968b287a31661158a'
const QUERY =
  'job_id=0123456789abcdef0123456789abcdef&build_no=1&step_id=1&start_offset=0&end_offset=0&size=1000&sort=AES'
const HEADERS = new Map([
  ['host', 'build.example.test'],
  ['x-project-id', 'fedcba9876543210fedcba9876543210'],
  ['x-sdk-date', '20250626T062332Z'],
])
const signedHeaders = [...HEADERS.keys()]

const verify = (
  change: { derivedFor?: string; accessKey?: string; signature?: string } = {},
  headers = HEADERS,
) =>
  verifySignature(
    {
      method: 'GET',
      target: `/v1/log/task/step?${QUERY}`,
      headers: name => (headers.has(name) ? [headers.get(name)!] : []),
      payloadSha256: EMPTY_SHA256,
    },
    {
      accessKey: KEY.accessKey,
      signedHeaders,
      signature: SIGNATURE,
      derivedFor: DERIVED_FOR,
      ...change,
    },
    KEY.secretKey,
  )

describe('V11-HMAC-SHA256', () => {
  it('derives the known key and makes the known signature of a page of a step', async () => {
    const canonical = canonicalRequest({
      method: 'GET',
      path: '/v1/log/task/step',
      query: QUERY,
      signedHeaders,
      headers: name => [HEADERS.get(name)!],
      payloadSha256: EMPTY_SHA256,
    })
    assert.equal(
      await derivedKey(KEY, DERIVED_FOR),
      'ffff8eb3b0fabe8c91cf45c38215b1782c2ef7122d9352d30da089bbfb8dcbb7',
    )
    assert.equal(await v11HmacSha256Signature(canonical, '20250626T062332Z', KEY, DERIVED_FOR), SIGNATURE)
  })

  it('is accepted for what it was made for', async () => assert.equal(await verify(), true))

  it('is rejected for another key, region, service or day, and as one without derivation', async () => {
    assert.equal(await verify({ accessKey: 'OTHER' }), false)
    for (const derivedFor of [
      '20250626/cn-north-1/codeartsbuild',
      '20250626/cn-north-4/other',
      '20250627/cn-north-4/codeartsbuild',
    ])
      assert.equal(await verify({ derivedFor }), false)
    const later = new Map([...HEADERS, ['x-sdk-date', '20250627T000000Z']])
    assert.equal(await verify({}, later), false)
    assert.equal(await verify({ derivedFor: undefined as never }), false)
  })
})
