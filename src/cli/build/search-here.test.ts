import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { searchHere } from './search-here.ts'

async function* cut(text: string, size: number) {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const search = async (text: string, query: Parameters<typeof searchHere>[1], size = 1 << 20) =>
  Array.fromAsync(searchHere(cut(text, size), query))

describe('the search of a log that streams by', () => {
  it('finds what split and includes find, however the log is cut', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', '.', '\n', 'é'), { maxLength: 60 }).map(parts => parts.join('')),
        fc.constantFrom('a', 'ab', '.', 'é', ''),
        fc.integer({ min: 1, max: 9 }),
        async (text, pattern, size) => {
          const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
          const expected = lines.flatMap((line, at) => (line.includes(pattern) ? [[at + 1, line]] : []))
          const hits = await search(text, { pattern }, size)
          assert.deepEqual(
            hits.map(({ n, text }) => [n, text]),
            expected,
          )
          for (const { n, offset } of hits)
            assert.equal(offset, Buffer.byteLength(lines.slice(0, n - 1).join('\n')) + (n > 1 ? 1 : 0))
        },
      ),
    ))

  it('marks a line of which it has seen only a part', async () => {
    const hits = await search(`${'x'.repeat((1 << 20) + 1)}\n${'x'.repeat(1 << 20)}\n`, { pattern: 'x' })
    assert.deepEqual(
      hits.map(({ text, truncated }) => [text.length, truncated]),
      [
        [1 << 20, true],
        [1 << 20, undefined],
      ],
    )
  })

  it('takes regular expressions, ignores case, and stops at the limit', async () => {
    const log = 'Error 12\nwarning\nERROR 7\nerror\n'
    const lines = async (query: object) => (await search(log, { pattern: '', ...query })).map(({ n }) => n)
    assert.deepEqual(await lines({ pattern: 'error \\d+', regex: true, ignoreCase: true }), [1, 3])
    assert.deepEqual(await lines({ pattern: 'error', ignoreCase: true, limit: 2 }), [1, 3])
    await assert.rejects(lines({ pattern: '(', regex: true }), {
      message: 'PATTERN is not a valid regular expression: unterminated group',
    })
  })
})
