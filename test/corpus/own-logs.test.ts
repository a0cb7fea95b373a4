import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { test } from 'node:test'
import { ownLogs } from './own-logs.ts'

const logs = ownLogs()
const named = (part: string) => logs.filter(log => log.name.includes(part))

test('no two of our own logs have one name', () => {
  assert.equal(new Set(logs.map(log => log.name)).size, logs.length)
})

test('the logs are the same bytes every time', () => {
  assert.deepEqual(
    ownLogs().map(log => log.bytes()),
    logs.map(log => log.bytes()),
  )
})

const insideCharacter = (bytes: Uint8Array, at: number) => (bytes[at]! & 0xc0) === 0x80

test('every border at a multiple of four falls inside an emoji', () => {
  for (const log of named('emoji-at-every-border')) {
    const bytes = log.bytes()
    for (let at = 4; at < bytes.length; at += 4)
      if (!insideCharacter(bytes, at)) assert.fail(`${log.name} at ${at}`)
  }
})

test('every border falls inside a character of two of the three CJK logs', () => {
  const [a, b, c] = named('cjk-at-every-border').map(log => log.bytes())
  for (let at = 3; at < a!.length; at++)
    if ([a!, b!, c!].filter(bytes => insideCharacter(bytes, at)).length !== 2) assert.fail(`at ${at}`)
})

test('ill-formed logs are ill-formed, and the others are not', () => {
  for (const log of logs) {
    const illFormed = /ill-formed|every-byte|cut-character/.test(log.name)
    assert.equal(isUtf8(log.bytes()), !illFormed, log.name)
  }
})

test('giant lines are as long as they say', () => {
  const longest = (name: string) =>
    Math.max(
      ...named(name)[0]!
        .bytes()
        .toString()
        .split('\n')
        .map(line => Buffer.byteLength(line)),
    )
  assert.equal(longest('line-of-70-kib'), 70 * 1024)
  assert.equal(longest('line-of-1.2-mib'), Math.floor(1.2 * 1024 * 1024))
  assert.ok(longest('line-of-3-mib') > 2.9 * 1024 * 1024)
})
