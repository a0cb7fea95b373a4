import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { decodeRecord, encodeRecord, recordKey } from './record-format.ts'
import { decodeSegmentHeader, encodeSegmentHeader, FIRST_RECORD_POSITION } from './segment.ts'

const document = await readFile(new URL('../../../../docs/formats/journal.md', import.meta.url), 'utf8')

const SALT = Uint8Array.from({ length: 16 }, (_, i) => i + 1)
const HEADER = {
  sequence: 7,
  segmentBytes: 65_536,
  salt: SALT,
  earlier: [{ sequence: 5, end: 65_000, certainEnd: 64_000 }],
}
const RECORD = {
  log: 4_294_967_298,
  at: 1000,
  arrivedAtMs: 1_700_000_000_123,
  moreFollows: false,
  batchStart: FIRST_RECORD_POSITION,
}

/** The bytes of a block of hexadecimal digits in the document. */
function vector(name: string): Buffer {
  const block = new RegExp(`\`\`\`${name}\n([0-9a-f\n]+)\`\`\``).exec(document)![1]!
  return Buffer.from(block.replaceAll('\n', ''), 'hex')
}

describe('the format of the local journal', () => {
  it('has the header that docs/formats/journal.md shows, twice', () => {
    const pages = encodeSegmentHeader(HEADER)
    const header = vector('header')
    assert.equal(pages.length, FIRST_RECORD_POSITION)
    for (const position of [0, 4096]) {
      assert.deepEqual(pages.subarray(position, position + header.length), header)
      assert.ok(pages.subarray(position + header.length, position + 4096).every(byte => byte === 0))
    }
    assert.deepEqual(decodeSegmentHeader(pages), HEADER)
  })

  it('uses the younger of two different copies of a header', () => {
    const older = encodeSegmentHeader(HEADER)
    const younger = encodeSegmentHeader({ ...HEADER, sequence: 8, earlier: [] })
    const torn = Buffer.concat([younger.subarray(0, 4096), older.subarray(4096)])
    assert.equal(decodeSegmentHeader(torn)?.sequence, 8)
    assert.equal(
      decodeSegmentHeader(Buffer.concat([older.subarray(0, 4096), younger.subarray(4096)]))?.sequence,
      8,
    )
  })

  it('has the record that docs/formats/journal.md shows', () => {
    const expected = vector('record')
    const payload = Buffer.from('hello\n')
    const record = Buffer.alloc(expected.length)
    assert.equal(encodeRecord(record, 0, recordKey(SALT), { ...RECORD, payload }), record.length)
    assert.deepEqual(record, expected)
    assert.deepEqual(decodeRecord(record, 0, recordKey(SALT), 100), {
      ...RECORD,
      position: 100,
      end: 146,
      payloadBytes: 6,
    })
  })

  it('accepts no record that is cut or has a changed byte', () => {
    const record = vector('record')
    for (let at = 0; at < record.length; at++) {
      const changed = Buffer.from(record)
      changed[at] = changed[at]! ^ 1
      assert.equal(decodeRecord(changed, 0, recordKey(SALT), 0), undefined)
      assert.equal(decodeRecord(record.subarray(0, at), 0, recordKey(SALT), 0), undefined)
    }
  })
})
