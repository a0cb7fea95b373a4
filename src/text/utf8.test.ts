import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { logBytes } from '../../test/arbitrary/log-bytes.ts'
import { characterEnd, characterLength, characterStart, decodeUtf8, incompleteTailLength } from './utf8.ts'

const encoder = new TextEncoder()
const bytesOf = (...bytes: number[]) => Uint8Array.from(bytes)

/** By the platform's own strict decoder: how long the one character is that begins here. */
function referenceLength(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        bytes.subarray(at, at + length),
      )
      if ([...text].length === 1) return length
    } catch {}
  }
  return 0
}

function referenceText(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const length = referenceLength(bytes, at)
    text +=
      length === 0
        ? '\uFFFD'
        : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(at, at + length))
    at += Math.max(1, length)
  }
  return text
}

describe('decodeUtf8', () => {
  it('replaces each byte that is not part of a valid character', () => {
    assert.equal(decodeUtf8(bytesOf(0x61, 0xe2, 0x82, 0x62)), 'a\uFFFD\uFFFDb')
    assert.equal(decodeUtf8(bytesOf(0xed, 0xa0, 0x80)), '\uFFFD\uFFFD\uFFFD')
    assert.equal(decodeUtf8(bytesOf(0xf0, 0x9f, 0x99)), '\uFFFD\uFFFD\uFFFD')
    assert.equal(decodeUtf8(bytesOf(0xc0, 0x80, 0xff)), '\uFFFD\uFFFD\uFFFD')
  })

  it('keeps byte order marks, NUL and CR', () => {
    assert.equal(decodeUtf8(encoder.encode('\uFEFFa\uFEFF\0\r')), '\uFEFFa\uFEFF\0\r')
    assert.equal(decodeUtf8(bytesOf(0xef, 0xbb, 0xbf, 0x80)), '\uFEFF\uFFFD')
  })

  it('gives the reference text for any bytes', () => {
    fc.assert(fc.property(logBytes(), bytes => assert.equal(decodeUtf8(bytes), referenceText(bytes))))
  })

  it('joins to the text of the whole when parts are cut at characterStart', () => {
    fc.assert(
      fc.property(logBytes(), fc.array(fc.nat(500)), (bytes, places) => {
        const cuts = places
          .map(place => characterStart(bytes, Math.min(place, bytes.length)))
          .sort((a, b) => a - b)
        const text = [0, ...cuts].map((cut, i) => decodeUtf8(bytes.subarray(cut, cuts[i] ?? bytes.length)))
        assert.equal(text.join(''), decodeUtf8(bytes))
      }),
    )
  })
})

describe('characters', () => {
  it('have the lengths of RFC 3629 for every first and second byte', () => {
    for (let first = 0; first < 256; first++)
      for (let second = 0; second < 256; second++) {
        const bytes = bytesOf(first, second, 0x80, 0xbf)
        assert.equal(characterLength(bytes, 0), referenceLength(bytes, 0), `${first} ${second}`)
      }
  })

  it('end before a byte that cannot continue them', () => {
    for (const broken of [bytesOf(0xe4, 0xbd), bytesOf(0xe4, 0xbd, 0x0a), bytesOf(0xf0, 0x9f, 0x99, 0xc2)])
      assert.equal(characterLength(broken, 0), 0)
  })

  it('move a place inside them to their first byte, or after their last, and leave every other place', () => {
    fc.assert(
      fc.property(logBytes(), bytes => {
        for (let place = 0; place <= bytes.length; place++) {
          const first = [1, 2, 3]
            .map(back => place - back)
            .find(at => at >= 0 && at + referenceLength(bytes, at) > place)
          assert.equal(characterStart(bytes, place), first ?? place)
          assert.equal(
            characterEnd(bytes, place),
            first === undefined ? place : first + referenceLength(bytes, first),
          )
        }
      }),
    )
  })

  it('need three bytes on either side of a place, no more', () => {
    fc.assert(
      fc.property(logBytes(), fc.nat(300), (bytes, wish) => {
        const place = Math.min(wish, bytes.length)
        const from = Math.max(0, place - 3)
        const near = bytes.subarray(from, place + 3)
        assert.equal(from + characterStart(near, place - from), characterStart(bytes, place))
      }),
    )
  })
})

describe('incompleteTailLength', () => {
  it('counts the bytes that some further bytes would make a character', () => {
    const endings = [0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf].flatMap(byte => [
      [byte],
      [byte, 0x80],
      [byte, 0x80, 0x80],
    ])
    fc.assert(
      fc.property(logBytes(), bytes => {
        const tails = [1, 2, 3].filter(
          tail =>
            tail <= bytes.length &&
            endings.some(ending => {
              const whole = bytesOf(...bytes.subarray(bytes.length - tail), ...ending)
              return referenceLength(whole, 0) === whole.length
            }),
        )
        assert.equal(incompleteTailLength(bytes), tails[0] ?? 0)
      }),
    )
  })

  it('is 0 after a whole character and after bytes that nothing can complete', () => {
    for (const bytes of [
      encoder.encode('🙂'),
      bytesOf(0xc0),
      bytesOf(0xe0, 0x80),
      bytesOf(0xff),
      bytesOf(0x80),
      bytesOf(),
    ])
      assert.equal(incompleteTailLength(bytes), 0)
    assert.equal(incompleteTailLength(encoder.encode('🙂').subarray(0, 3)), 3)
  })
})
