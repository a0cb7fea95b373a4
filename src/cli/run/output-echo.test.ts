import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { describe, it } from 'node:test'
import { MIB } from '../../contract/quantities.ts'
import { OutputEcho } from './output-echo.ts'

describe('repeating the output', () => {
  it('hands all on to a stdout that takes it', async () => {
    const taken: Buffer[] = []
    const stream = new Writable({ write: (chunk, _encoding, done) => void done(void taken.push(chunk)) })
    const echo = new OutputEcho(stream)
    await echo.write(Buffer.from('a'))
    await echo.write(Buffer.alloc(MIB))
    assert.equal(await echo.end(), 0)
    assert.equal(Buffer.concat(taken).length, MIB + 1)
  })

  it('stops waiting for a stdout that accepts nothing, and counts what it missed', async () => {
    const neverTakes = new Writable({ write: () => {} })
    const echo = new OutputEcho(neverTakes, 1)
    await echo.write(Buffer.alloc(MIB))
    await echo.write(Buffer.alloc(100))
    assert.equal(await echo.end(), MIB + 100)
  })

  it('does not mind when stdout is gone', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) })
    const echo = new OutputEcho(stream)
    await echo.write(Buffer.alloc(MIB))
    await echo.write(Buffer.from('more'))
    assert.equal(await echo.end(), 0)
  })
})
