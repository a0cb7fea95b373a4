/**
 * A store whose secret key is being replaced starts with the old key or with the new one, whenever
 * the replacement is killed.
 */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { keySigns, offline } from '../props/offline-command.ts'
import { startServer } from '../props/server-process.ts'
import { whyNoStrace } from './why-no-strace.ts'

/** What changes files for good, by the key file's thread and by the database's. */
const CALLS = ['rename', 'fsync', 'pwrite64']
/** Far more than the replacement makes of any of them. */
const MOMENTS_MAX = 30

let folder: string
let original: string
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tailrace-rekey-'))
  original = join(folder, 'original')
  const server = await startServer({ data: original })
  await server.stop()
})
after(() => rmSync(folder, { recursive: true, force: true }))

const keyIn = (data: string) => readFileSync(join(data, 'secret.key'), 'utf8')
const isProposed = (data: string) => readdirSync(data).includes('secret.key.next')

/**
 * A copy of the store in which a replacement was killed as it began its nth call of a kind;
 * undefined when it ended before.
 */
function killedAt(call: string, nth: number): string | undefined {
  const data = mkdtempSync(join(folder, `${call}-${nth}-`))
  cpSync(original, data, { recursive: true })
  const inject = `${call}:signal=KILL:when=${nth}`
  const under = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${inject}`]
  // One thread for files, so that calls have an order.
  const { code, stderr } = offline(data, ['rekey'], { under, env: { UV_THREADPOOL_SIZE: '1' } })
  assert.ok(code === 0 || code === null, stderr)
  return code === 0 ? undefined : data
}

describe('killed at every rename, sync and write', { skip: whyNoStrace() }, () => {
  const seen = { oldKey: 0, newKey: 0, adoptedAtStart: 0, droppedAtStart: 0 }

  for (const call of CALLS)
    test(`at each ${call}`, async () => {
      let nth = 1
      for (; nth < MOMENTS_MAX; nth++) {
        const data = killedAt(call, nth)
        if (data === undefined) break
        const proposed = isProposed(data)
        await using server = await startServer({ data })
        assert.ok(await keySigns(server), `${call} ${nth}`)
        assert.ok(!isProposed(data))
        const isNew = keyIn(data) !== keyIn(original)
        seen[isNew ? 'newKey' : 'oldKey']++
        if (proposed) seen[isNew ? 'adoptedAtStart' : 'droppedAtStart']++
      }
      assert.ok(nth > 1 && nth < MOMENTS_MAX, `${nth} moments`)
    })

  test('before and after the store has the new key, and between', t => {
    t.diagnostic(JSON.stringify(seen))
    for (const [what, times] of Object.entries(seen)) assert.ok(times > 0, what)
  })

  test('and done again, it ends what was begun and replaces the key once more', async () => {
    const data = killedAt('rename', 2)
    assert.ok(data !== undefined && isProposed(data))
    const begun = readFileSync(join(data, 'secret.key.next'), 'utf8')
    assert.equal(offline(data, ['rekey']).code, 0)
    assert.ok(![begun, keyIn(original)].includes(keyIn(data)))
    await using server = await startServer({ data })
    assert.ok(await keySigns(server))
  })
})
