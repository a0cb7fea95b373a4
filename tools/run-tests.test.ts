import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`a run that ${signal} ends leaves nothing in the temporary directory`, async t => {
    const folder = mkdtempSync(join(tmpdir(), 'tailrace-run-tests-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const endless = join(folder, 'endless.test.ts')
    writeFileSync(
      endless,
      `import { writeFileSync } from 'node:fs'
writeFileSync(${JSON.stringify(join(folder, 'begun'))}, '')
setInterval(() => { if (process.ppid === 1) process.exit() }, 100)`,
    )
    const env = { PATH: process.env.PATH, TMPDIR: folder }
    const run = spawn(process.execPath, [join(import.meta.dirname, 'run-tests.ts'), endless], { env })
    const ended = once(run, 'close')
    while (!readdirSync(folder).includes('begun')) {
      assert.equal(run.exitCode, null)
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    const compiled = () => readdirSync(folder).filter(name => name.startsWith('tailrace-compiled-'))
    assert.equal(compiled().length, 1)
    run.kill(signal)
    assert.deepEqual(await ended, [null, signal])
    assert.deepEqual(compiled(), [])
  })
