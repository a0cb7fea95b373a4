import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { hasDebugLine } from './debug-lines.ts'

const DEBUG = '[2026/11/21 09:00:00.123 GMT+08:00] [DEBUG]'
const says = (text: string) => hasDebugLine(Buffer.from(text))

it('finds a line that states DEBUG right after its stamp, wherever the line is', () => {
  for (const text of [DEBUG, `${DEBUG} x\n`, `a\n${DEBUG} x\nb\n`, `a\r\n${DEBUG}`, DEBUG.replace('+', '-')])
    assert.ok(says(text), text)
})

it('takes nothing else for a DEBUG line', () => {
  for (const text of [
    '',
    '\n',
    '[DEBUG] no stamp\n',
    DEBUG.replace('DEBUG', 'INFO'),
    `${DEBUG.replace('DEBUG', 'INFO')} [DEBUG] in the text\n`,
    DEBUG.toLowerCase(),
    `x${DEBUG}\n`,
    ` ${DEBUG}\n`,
    DEBUG.replace(' [DEBUG]', '[DEBUG]'),
    DEBUG.replace(' [DEBUG]', '  [DEBUG]'),
    DEBUG.replace('.123', ''),
    DEBUG.replace('GMT', 'UTC'),
  ])
    assert.ok(!says(`${text}\n`), text)
})

it('reckons with a last line that is cut off within its stamp or level', () => {
  for (let length = 1; length < DEBUG.length; length++) {
    assert.ok(says(`a line\n${DEBUG.slice(0, length)}`), `${length}`)
    assert.ok(!says(`${DEBUG.slice(0, length)}\na line\n`), `${length}`)
  }
  assert.ok(!says('a line\n[20x'))
  assert.ok(!says(`a line\n${DEBUG.slice(0, -6)}I`))
})

it('is never false for any text around a DEBUG line', () => {
  const lines = fc.string().map(text => text.replaceAll('\n', ' '))
  fc.assert(
    fc.property(fc.array(lines), fc.array(lines), lines, (before, after, rest) => {
      assert.ok(says([...before, DEBUG + rest, ...after].join('\n')))
    }),
  )
})
