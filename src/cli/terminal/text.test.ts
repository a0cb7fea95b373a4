import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import { byteText, countText, timeText } from './text.ts'

const { TZ } = process.env
after(() => {
  if (TZ === undefined) delete process.env.TZ
  else process.env.TZ = TZ
})

for (const [zone, text] of [
  ['UTC', '2026-11-22 23:10:07 +00:00'],
  ['Asia/Kolkata', '2026-11-23 04:40:07 +05:30'],
  ['America/St_Johns', '2026-11-22 19:40:07 -03:30'],
] as const)
  it(`a moment for people in ${zone} has its offset`, () => {
    process.env.TZ = zone
    assert.equal(timeText('2026-11-22T23:10:07.999Z'), text)
  })

it('amounts for people have a unit that fits', () => {
  assert.deepEqual(
    [0, 1023, 1024, 1_572_864].map(bytes => byteText(bytes)),
    ['0 B', '1023 B', '1.0 KiB', '1.5 MiB'],
  )
  assert.deepEqual(
    [0, 1, 2].map(count => countText(count, 'pack')),
    ['0 packs', '1 pack', '2 packs'],
  )
})
