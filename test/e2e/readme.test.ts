import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer } from '../server-process.ts'

const ROOT = join(import.meta.dirname, '../..')
const EXAMPLE = /<!-- run -->\n```sh\n(.*?)```/gs

test("the README's examples run as they are written", async () => {
  await using server = await startServer({
    env: { TAILRACE_BOOTSTRAP_PASSWORD: '', TAILRACE_BOOTSTRAP_AK: '', TAILRACE_BOOTSTRAP_SK: '' },
  })
  const examples = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(EXAMPLE)].map(
    ([, text]) => text,
  )
  assert.equal(examples.length, 4)
  const script = examples
    .join('\necho\n')
    .replaceAll('./data/', `${server.data}/`)
    .replaceAll('./hello.ids', `${server.data}/hello.ids`)
    .replaceAll('--ids hello.ids', `--ids ${server.data}/hello.ids`)
  const env = { ...withoutTailrace(), TAILRACE_SPOOL: join(server.data, 'spool') }
  const { stdout, stderr, status } = spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: ROOT,
    encoding: 'utf8',
    env,
  })

  assert.equal(status, 0, stderr)
  const page = stdout.split('\n').find(line => line.startsWith('{"result"'))
  assert.match(JSON.parse(page ?? '').result.log, /\[INFO\] \[sh:run\] : Hello from .*\n.*: and goodbye\n$/)
  assert.match(stdout, /^\[.*GMT.*: and goodbye$/m)
  assert.match(stdout, /HTTP\/1\.1 204 No Content/)
  assert.match(stdout, /"status":"SUCCESS","size":23,/)
  assert.match(stdout, /line$/)
})

function withoutTailrace(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TAILRACE_')))
}
