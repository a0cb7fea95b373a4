import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer } from '../server-process.ts'

const ROOT = join(import.meta.dirname, '../..')
const PROGRAM = /<!-- run as a program -->\n```ts\n(.*?)```/gs
const EXAMPLE = /<!-- run -->\n```sh\n(.*?)```/gs

test("the README's examples run as they are written", async () => {
  await using server = await startServer({
    env: { TAILRACE_BOOTSTRAP_PASSWORD: '', TAILRACE_BOOTSTRAP_AK: '', TAILRACE_BOOTSTRAP_SK: '' },
  })
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const examples = [...readme.matchAll(EXAMPLE)].map(([, text]) => text)
  assert.equal(examples.length, 4)
  const [program, ...others] = [...readme.matchAll(PROGRAM)].map(([, text = '']) => text)
  assert.equal(others.length, 0)
  const script = examples
    .join('\necho\n')
    .replaceAll('./data/', `${server.data}/`)
    .replaceAll('./hello.ids', `${server.data}/hello.ids`)
    .replaceAll('--ids hello.ids', `--ids ${server.data}/hello.ids`)
    .concat('\necho; node --conditions=tailrace-source --input-type=module -e "$PROGRAM"')
  const env = { ...withoutTailrace(), TAILRACE_SPOOL: join(server.data, 'spool'), PROGRAM: program }
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
  assert.match(stdout, /line\n\[.*and goodbye\n$/s)
})

function withoutTailrace(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TAILRACE_')))
}
