import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { canonicalPath, canonicalQuery, canonicalRequest } from './canonical-request.ts'
import { percentDecode, percentEncode } from './percent-encoding.ts'

describe('canonical path', () => {
  const cases: readonly [string, string][] = [
    ['/', '/'],
    ['', '/'],
    ['/v1/log', '/v1/log/'],
    ['/v1/log/', '/v1/log/'],
    ['/a b', '/a%20b/'],
    ['/a%20b', '/a%20b/'],
    ['/a+b', '/a%2Bb/'],
    ['/a%2fb', '/a%2Fb/'],
    ['/%7Eme/~you', '/~me/~you/'],
    ['/\u7801', '/%E7%A0%81/'],
    ['/%e7%a0%81', '/%E7%A0%81/'],
    ['/\u{1F600}', '/%F0%9F%98%80/'],
    ['/%FF', '/%FF/'],
    ['/100%', '/100%25/'],
    ['/%zz', '/%25zz/'],
    ["/!'()*", '/%21%27%28%29%2A/'],
  ]
  for (const [path, expected] of cases) {
    it(`${path || 'nothing'} is ${expected}`, () => assert.equal(canonicalPath(path), expected))
  }
})

describe('canonical query', () => {
  const cases: readonly [string, string][] = [
    ['', ''],
    ['b=2&a=1', 'a=1&b=2'],
    ['a=2&a=10&a=1', 'a=1&a=10&a=2'],
    ['flag', 'flag='],
    ['flag=', 'flag='],
    ['a=1&&b=2&', 'a=1&b=2'],
    ['q=a+b', 'q=a%20b'],
    ['q=a%20b', 'q=a%20b'],
    ['q=a%2Bb', 'q=a%2Bb'],
    ['q=a=b', 'q=a%3Db'],
    ['q=%2f', 'q=%2F'],
    ['q=\u7801', 'q=%E7%A0%81'],
    ['a%5B=1&aa=2&aA=3', 'aA=3&a%5B=1&aa=2'],
    ['=v', '=v'],
  ]
  for (const [query, expected] of cases) {
    it(`${query || 'nothing'} is ${expected || 'empty'}`, () => assert.equal(canonicalQuery(query), expected))
  }
})

describe('percent-encoding', () => {
  it('is undone without loss for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), bytes => {
        const text = String.fromCharCode(...bytes)
        assert.equal(percentDecode(percentEncode(text)), text)
      }),
    )
  })

  it('agrees with the platform on any well-formed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text => {
        const encoded = percentEncode(percentDecode(encodeURIComponent(text)))
        assert.equal(decodeURIComponent(encoded), text)
      }),
    )
  })
})

describe('canonical headers', () => {
  it('have trimmed values, one line for each repeated header, sorted, in the listed order', () => {
    const values: Record<string, string[]> = { host: [' h '], 'x-tag': ['b', '\ta'], 'x-sdk-date': ['d'] }
    const text = canonicalRequest({
      method: 'get',
      path: '/p',
      query: '',
      signedHeaders: ['X-Tag', 'host', 'x-sdk-date'],
      headers: name => values[name] ?? [],
      payloadSha256: 'hash',
    })
    assert.equal(text, 'GET\n/p/\n\nx-tag:a\nx-tag:b\nhost:h\nx-sdk-date:d\n\nX-Tag;host;x-sdk-date\nhash')
  })
})
