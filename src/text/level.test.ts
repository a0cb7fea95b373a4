import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { chunkSizes, cutInChunks, joinBytes, logBytes } from '../../test/arbitrary/log-bytes.ts'
import { DebugLineFilter } from './level.ts'

const STAMP = '[2025/06/26 14:23:32.169 GMT+08:00]'
const encoder = new TextEncoder()

function shown(chunks: readonly Uint8Array[]): Uint8Array {
  const filter = new DebugLineFilter()
  return joinBytes([...chunks.map(chunk => filter.push(chunk)), filter.end()])
}

const shownText = (text: string) => new TextDecoder().decode(shown([encoder.encode(text)]))

/**
 * The rule of docs/api.md §3, line by line on the whole log; one character of the string is one
 * byte.
 */
function referenceShown(log: string): string {
  let debug = false
  let kept = ''
  for (const line of log.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (!/^[ \t]/.test(line))
      debug = /^\[\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{3} GMT[+-]\d\d:\d\d\] \[DEBUG\]/.test(line)
    if (!debug) kept += line
  }
  return kept
}

const bytewise = (text: string) => Uint8Array.from(text, character => character.charCodeAt(0))
const asBytewise = (bytes: Uint8Array) => Array.from(bytes, byte => String.fromCharCode(byte)).join('')

describe('DebugLineFilter', () => {
  it('removes lines that say DEBUG right after a leading stamp', () => {
    assert.equal(
      shownText(`a\n${STAMP} [DEBUG] b\n${STAMP} [INFO] c\n${STAMP} [DEBUG]\nd`),
      `a\n${STAMP} [INFO] c\nd`,
    )
  })

  it('accepts a stamp of any zone, east or west', () => {
    assert.equal(shownText('[2025/06/26 14:23:32.169 GMT-09:30] [DEBUG] a\nb\n'), 'b\n')
  })

  it('gives a line that begins with a blank or tab the level of the line above', () => {
    assert.equal(shownText(`${STAMP} [DEBUG] a\n  b\n\tc\nd\n  e\n`), 'd\n  e\n')
    assert.equal(shownText(`${STAMP} [ERROR] a\n  b\n`), `${STAMP} [ERROR] a\n  b\n`)
  })

  it('treats the first line as if it followed an INFO line', () => {
    assert.equal(shownText('  a\n\tb\n'), '  a\n\tb\n')
  })

  it('keeps lines that say DEBUG in any other way', () => {
    const lines = [
      '[DEBUG] no stamp',
      `x${STAMP} [DEBUG] not leading`,
      ` ${STAMP} [DEBUG] begins with a blank`,
      `${STAMP}[DEBUG] no blank`,
      `${STAMP}  [DEBUG] two blanks`,
      `${STAMP} [debug] lower case`,
      `${STAMP} [DEBUG not closed`,
      `${STAMP} [INFO] [DEBUG]`,
      '[2025-06-26 14:23:32.169 GMT+08:00] [DEBUG] other form',
      '[2025/06/26 14:23:32.169 UTC+08:00] [DEBUG] other zone',
      `\r${STAMP} [DEBUG] behind a lone CR`,
      '',
    ]
    assert.equal(shownText(lines.join('\n')), lines.join('\n'))
  })

  it('keeps an unfinished last line that could have become DEBUG', () => {
    for (let length = 0; length < 43; length++) {
      const begin = `${STAMP} [DEBUG]`.slice(0, length)
      assert.equal(shownText(`a\n${begin}`), `a\n${begin}`)
    }
    assert.equal(shownText(`a\n${STAMP} [DEBUG]`), 'a\n')
  })

  it('does not copy a chunk without DEBUG lines, except an undecided beginning', () => {
    const chunk = encoder.encode(`a\n${STAMP} [INFO] b\n${STAMP} [DE`)
    const out = new DebugLineFilter().push(chunk)
    assert.equal(out.buffer, chunk.buffer)
    assert.equal(out.length, chunk.length - `${STAMP} [DE`.length)
  })

  it('holds at most a stamp and a level of a giant line', () => {
    const filter = new DebugLineFilter()
    filter.push(encoder.encode(STAMP))
    const giant = new Uint8Array(100_000).fill(0x78)
    assert.equal(filter.push(giant).length, STAMP.length + giant.length)
    assert.equal(filter.push(giant).length, giant.length)
    filter.push(encoder.encode(`\n${STAMP} [DEBUG] `))
    assert.equal(filter.push(giant).length, 0)
    assert.equal(filter.end().length, 0)
  })

  it('follows the rule, whatever the cuts', () => {
    const almost = fc.tuple(
      fc.constantFrom(`${STAMP} [DEBUG]`, `${STAMP} [INFO]`),
      fc.nat(43),
      fc.constantFrom('', 'x', '7', '\n', ' '),
    )
    const part = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(`${STAMP} [DEBUG]`, `${STAMP} [INFO]`, `\n${STAMP} [DEBUG] x\n`),
      },
      { weight: 2, arbitrary: almost.map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1)) },
      { weight: 3, arbitrary: fc.constantFrom('\n', '\n ', '\n\t', '\r\n', ' ', 'word') },
      { weight: 1, arbitrary: logBytes().map(asBytewise) },
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), chunkSizes, (parts, sizes) => {
        const log = parts.join('')
        assert.equal(asBytewise(shown(cutInChunks(bytewise(log), sizes))), referenceShown(log))
      }),
      { numRuns: 500 },
    )
  })
})
