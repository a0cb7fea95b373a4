import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startServer } from './server-process.ts'
import { eventually } from './wire.ts'

const FIXTURE = join(import.meta.dirname, 'server-process.ts')

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a server under test outlives no test', () => {
  for (const [how, ending] of [
    ['is killed', "process.kill(process.pid, 'SIGKILL')"],
    ['is terminated', "process.kill(process.pid, 'SIGTERM')"],
    ['fails while it loads', "await import('node:test'); throw new Error('while loading')"],
    ['ends without stopping it', 'process.exit(0)'],
  ] as const)
    test(`even when the process of the test ${how}`, async () => {
      const script = `
        const { startServer } = await import(${JSON.stringify(FIXTURE)})
        const server = await startServer()
        await new Promise(told => process.stdout.write(server.pid + ' ' + server.data + '\\n', told))
        ${ending}`
      const { NODE_TEST_CONTEXT: _, ...env } = process.env
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        env,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const printed = (await child.stdout.setEncoding('utf8').toArray()).join('')
      const [pid, data] = printed.trim().split(' ')
      assert.ok(Number(pid) > 0 && data !== undefined, printed)
      await eventually(async () => assert.ok(!isAlive(Number(pid)) && !existsSync(data)))
    })

  test('a server that is stopped leaves no process and no data', async () => {
    const server = await startServer()
    assert.ok(isAlive(server.pid))
    await server.stop()
    assert.ok(!isAlive(server.pid) && !existsSync(server.data))
  })
})

test('a server that does not start says why', async () => {
  await assert.rejects(startServer({ env: { TAILRACE_OFFSET_FORMAT: 'hex' } }), /TAILRACE_OFFSET_FORMAT/)
})
