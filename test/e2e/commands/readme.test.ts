import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { BOOTSTRAP, startServer } from '../../props/server-process.ts'
import { startFixture } from '../fixture.ts'

const ROOT = join(import.meta.dirname, '../../..')
const PROGRAM = /<!-- run as a program -->\n```ts\n(.*?)```/gs
const TUS_PROGRAM = /<!-- run with tus-js-client -->\n```js\n(.*?)```/s
const PROGRAM_STARTER = /`(npx node --conditions=\S+) FILE`/
const EXAMPLE = /<!-- run -->\n```sh\n(.*?)```/gs

test('the examples of README.md and docs/guide.md run as they are written', async () => {
  await using server = await startServer({
    env: { TAILRACE_BOOTSTRAP_PASSWORD: '', TAILRACE_BOOTSTRAP_AK: '', TAILRACE_BOOTSTRAP_SK: '' },
  })
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const guide = readFileSync(join(ROOT, 'docs/guide.md'), 'utf8')
  const examples = [...`${readme}${guide}`.matchAll(EXAMPLE)].map(([, text]) => text)
  assert.equal(examples.length, 4)
  const [program, ...others] = [...readme.matchAll(PROGRAM)].map(([, text = '']) => text)
  assert.equal(others.length, 0)
  const script = examples
    .join('\necho\n')
    .replaceAll('./data/', `${server.data}/`)
    .replaceAll('./hello.ids', `${server.data}/hello.ids`)
    .replaceAll('--ids hello.ids', `--ids ${server.data}/hello.ids`)
    .concat(`\necho; ${PROGRAM_STARTER.exec(guide)?.[1]} --input-type=module -e "$PROGRAM"`)
  const env = { ...inAnyShell(), TAILRACE_SPOOL: join(server.data, 'spool'), PROGRAM: program }
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
  assert.match(stdout, /^\{"record_id":.*"status":"SUCCESS"\}$/m)
  assert.match(stdout, /line\n\[.*and goodbye\n$/s)
})

test('the example of docs/guide.md with tus-js-client sends a log and finishes its build', async () => {
  const { server, caller } = await startFixture()
  const [, program = ''] = TUS_PROGRAM.exec(readFileSync(join(ROOT, 'docs/guide.md'), 'utf8')) ?? []
  const log = 'one line of the log\n'.repeat(150_000)
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--conditions=tailrace-source', '--input-type=module', '-e', program],
    {
      cwd: ROOT,
      encoding: 'utf8',
      input: log,
      env: { TAILRACE_URL: server.url, TAILRACE_AK: BOOTSTRAP.ak, TAILRACE_SK: BOOTSTRAP.sk },
    },
  )

  assert.equal(status, 0, stderr)
  assert.match(stdout, /size: 3000000/)
  const [job] = (await caller.get('/api/v1/jobs')).json().jobs
  const [build] = (await caller.get(`/api/v1/jobs/${job.job_id}/builds`)).json().builds
  assert.deepEqual([job.name, build.status], ['by tus', 'SUCCESS'])
  const raw = await caller.get(`/api/v1/builds/${build.record_id}/steps/1/log`)
  assert.equal(raw.text, log)
})

/** With nothing of Tailrace set, and with the Node of this machine first on PATH. */
function inAnyShell(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TAILRACE_'))
  const folders = (process.env.PATH ?? '').split(delimiter)
  return {
    ...Object.fromEntries(own),
    PATH: folders.filter(folder => !folder.includes('node_modules')).join(delimiter),
  }
}
