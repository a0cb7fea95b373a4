/** No 204 leaves before its bytes are on the disk: seen in the system calls of a real server. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startServer } from '../props/server-process.ts'
import { admin } from '../props/wire.ts'
import { type Acknowledgement, readTrace, whyNotDurable } from './system-calls.ts'
import { whyNoStrace } from './why-no-strace.ts'

const CALLS = 'fdatasync,pwrite64,pwritev,pwritev2,write,writev,sendto,sendmsg'
const WRITERS = 12
const APPENDS = 30

test('for every 204, an fdatasync of the journal began after the bytes were written and ended before the reply', {
  skip: whyNoStrace(),
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tailrace-trace-'))
  try {
    const trace = join(directory, 'trace')
    const under = ['strace', '-f', '-y', '-s', '4194304', '-e', `trace=${CALLS}`, '-o', trace]
    const server = await startServer({ under })
    const acknowledged = await appendMany(server).finally(() => server.stop())
    const calls = readTrace(readFileSync(trace, 'latin1'))
    assert.equal(acknowledged.length, WRITERS * APPENDS)
    const unproven = acknowledged
      .map(one => whyNotDurable(calls, join(server.data, 'journal'), one))
      .filter(why => why !== undefined)
    assert.deepEqual(unproven, [])
  } finally {
    rmSync(directory, { recursive: true })
  }
})

/**
 * Appends from several writers at once. Their chunks differ in length, so that no two 204 name the
 * same head.
 */
async function appendMany(server: { readonly url: string }): Promise<Acknowledgement[]> {
  const caller = await admin(server)
  const build = await caller.newBuild(WRITERS)
  const acknowledged: Acknowledgement[] = []
  await Promise.all(
    build.steps.map(async ({ step_id }) => {
      for (let n = 0; n < APPENDS; n++) {
        const mark = `<mark ${step_id} ${n}>`
        const chunkBytes = 1000 + step_id
        const reply = await caller.append(
          build,
          step_id,
          n * chunkBytes,
          `${mark.padEnd(chunkBytes - 1, '.')}\n`,
        )
        assert.equal(reply.status, 204, reply.text)
        acknowledged.push({ mark, head: (n + 1) * chunkBytes })
      }
    }),
  )
  return acknowledged
}

describe('the proof itself', () => {
  const one = { mark: '<mark 1 0>', head: 1001 }
  const write = '7 pwritev(20</data/journal/0>, [{iov_base="x<mark 1 0>..", iov_len=13}], 1, 0) = 13'
  const sync = '7 fdatasync(20</data/journal/0>) = 0'
  const reply = String.raw`5 write(24<socket:[9]>, "HTTP/1.1 204 No Content\r\nupload-offset: 1001\r\n\r\n", 50) = 50`
  const why = (...lines: string[]) => whyNotDurable(readTrace(lines.join('\n')), '/data/journal', one)

  test('holds for write, fdatasync, reply', () => {
    assert.equal(why(write, sync, reply), undefined)
  })

  test('holds where calls overlap with others', () => {
    const begun = '7 fdatasync(20</data/journal/0> <unfinished ...>'
    const ended = '7 <... fdatasync resumed>)            = 0'
    assert.equal(why(write, begun, '5 write(1<pipe:[3]>, "x", 1) = 1', ended, reply), undefined)
    assert.match(why(write, begun, reply, ended)!, /no fdatasync/)
    assert.match(why(begun, write, ended, reply)!, /no fdatasync/)
  })

  test('fails without a fdatasync, with one too early, too late, failed, or of another file', () => {
    for (const lines of [
      [write, reply],
      [sync, write, reply],
      [write, reply, sync],
      [write, '7 fdatasync(20</data/journal/0>) = -1 EIO (Input/output error)', reply],
      [write, '7 fdatasync(21</data/journal/1>) = 0', reply],
    ])
      assert.match(why(...lines)!, /no fdatasync/)
  })

  test('fails where the bytes or the reply were not seen', () => {
    assert.match(why(sync, reply)!, /not seen/)
    assert.match(why(write, sync)!, /no 204/)
  })
})
