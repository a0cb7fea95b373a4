import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import { timeText } from './text.ts'

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
