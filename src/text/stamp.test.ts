import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import fc from 'fast-check'
import { formatStamp, Stamper } from './stamp.ts'

const EAST_8 = 8 * 60
const AT = Date.UTC(2025, 5, 26, 6, 23, 32, 169)
const PREFIX = '[2025/06/26 14:23:32.169 GMT+08:00] [INFO] [make:run] : '
const zoneOffset = (atMs: number) => -new Date(atMs).getTimezoneOffset()
const stamper = () => new Stamper('make:run', () => EAST_8)
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

describe('a stamp', () => {
  const zone = process.env.TZ
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })

  it('shows the local time and its distance from UTC', () => {
    assert.equal(formatStamp(AT, EAST_8), '[2025/06/26 14:23:32.169 GMT+08:00]')
    assert.equal(formatStamp(AT, 0), '[2025/06/26 06:23:32.169 GMT+00:00]')
    assert.equal(formatStamp(AT, -570), '[2025/06/25 20:53:32.169 GMT-09:30]')
  })

  for (const [name, at, expected] of [
    ['Asia/Kolkata', '2025-01-01T00:00:00Z', '[2025/01/01 05:30:00.000 GMT+05:30]'],
    ['Asia/Kathmandu', '2025-01-01T00:00:00Z', '[2025/01/01 05:45:00.000 GMT+05:45]'],
    ['America/St_Johns', '2025-01-01T00:00:00Z', '[2024/12/31 20:30:00.000 GMT-03:30]'],
    ['Europe/Berlin', '2025-03-30T00:59:59.999Z', '[2025/03/30 01:59:59.999 GMT+01:00]'],
    ['Europe/Berlin', '2025-03-30T01:00:00Z', '[2025/03/30 03:00:00.000 GMT+02:00]'],
    ['Europe/Berlin', '2025-10-26T00:30:00Z', '[2025/10/26 02:30:00.000 GMT+02:00]'],
    ['Europe/Berlin', '2025-10-26T01:30:00Z', '[2025/10/26 02:30:00.000 GMT+01:00]'],
    ['Australia/Lord_Howe', '2025-07-01T00:00:00Z', '[2025/07/01 10:30:00.000 GMT+10:30]'],
    ['Australia/Lord_Howe', '2025-12-01T00:00:00Z', '[2025/12/01 11:00:00.000 GMT+11:00]'],
  ] as const)
    it(`in ${name} at ${at} is ${expected}`, () => {
      process.env.TZ = name
      assert.equal(formatStamp(Date.parse(at), zoneOffset(Date.parse(at))), expected)
    })
})

describe('stamping a stream', () => {
  it('stamps each line, also an empty one', () =>
    assert.equal(textOf(stamper().push(Buffer.from('a\n\nb\n'), AT)), `${PREFIX}a\n${PREFIX}\n${PREFIX}b\n`))

  it('does not stamp after a lone CR or add a final line end', () =>
    assert.equal(
      textOf(stamper().push(Buffer.from('10%\r20%\r\nend'), AT)),
      `${PREFIX}10%\r20%\r\n${PREFIX}end`,
    ))

  it('gives a line the time of its first byte, wherever the stream is cut', () => {
    const stamps = stamper()
    const parts = [
      stamps.push(Buffer.from('one '), AT),
      stamps.push(Buffer.from('line\n'), AT + 5),
      stamps.push(Buffer.from('two\n'), AT + 9),
    ]
    assert.equal(textOf(Buffer.concat(parts)), `${PREFIX}one line\n${PREFIX.replace('169', '178')}two\n`)
  })

  it('can give the first line an earlier time, for bytes that waited', () =>
    assert.equal(
      textOf(stamper().push(Buffer.from('a\nb\n'), AT + 9, AT)),
      `${PREFIX}a\n${PREFIX.replace('169', '178')}b\n`,
    ))

  it('ends an unfinished line before a line of its own', () => {
    const stamps = stamper()
    stamps.push(Buffer.from('open'), AT)
    assert.equal(textOf(stamps.line('why', 'ERROR', AT)), `\n${PREFIX.replace('INFO', 'ERROR')}why\n`)
    assert.equal(textOf(stamps.line('why', 'INFO', AT)), `${PREFIX}why\n`)
  })

  it('keeps every byte after the stamps, for any bytes and any cuts', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ max: 14, maxLength: 12 }), { maxLength: 8 }), chunks => {
        const stamps = stamper()
        const stamped = textOf(Buffer.concat(chunks.map(chunk => stamps.push(chunk, AT))))
        const text = textOf(Buffer.concat(chunks))
        assert.equal(stamped.replaceAll(PREFIX, ''), text)
        const lines = text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
        assert.equal(stamped.split(PREFIX).length - 1, lines)
      }),
    )
  })
})
