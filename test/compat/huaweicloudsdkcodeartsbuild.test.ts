import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { BOOTSTRAP, startServer } from '../server-process.ts'
import { admin } from '../wire.ts'
import { FIRST, LEFT_OUT, newSampleBuild, READS, SECOND, sampleOf } from './sample-build.ts'

const PACKAGE = 'huaweicloudsdkcodeartsbuild==3.1.219'
const INSTALL_TIMEOUT_MS = 60_000
const CALLS_TIMEOUT_MS = 60_000

/** Runs Python with `input` as its stdin; resolves to its stdout, rejects with its stderr in the message. */
function python(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  timeoutMs: number,
  input = '',
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'python3',
      args,
      { env: { ...process.env, ...env }, timeout: timeoutMs, maxBuffer: 2 ** 26 },
      (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
    )
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

interface Call {
  readonly method: string
  /** Of a file. */
  readonly text?: string
  // biome-ignore lint/suspicious/noExplicitAny: the SDK decodes answers into whatever they are
  readonly answer?: any
}

test('the Python SDK calls every operation that it has, and decodes the answers', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'tailrace-python-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  // The SDK keeps an id of its own in the home directory.
  const env = { PYTHONPATH: directory, HOME: directory, PYTHONIOENCODING: 'utf-8' }
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', directory]
  try {
    await python([...install, PACKAGE], {}, INSTALL_TIMEOUT_MS)
  } catch (error) {
    t.skip(`pip cannot install ${PACKAGE}: ${(error as Error).message.trim().split('\n').at(-1)}`)
    return
  }

  await using server = await startServer()
  const build = await newSampleBuild(await admin(server), randomUUID())
  const names = READS.flatMap(({ params, query }) =>
    [params, query].flatMap(schema => Object.keys(schema?.properties ?? {})),
  ).filter(name => !LEFT_OUT.includes(name))
  const input = {
    url: server.url,
    ak: BOOTSTRAP.ak,
    sk: BOOTSTRAP.sk,
    project_id: build.project_id,
    routes: READS.map(({ path }) => path.replaceAll(/:\w+/g, '{}')),
    values: Object.fromEntries(names.map(name => [name, sampleOf(build, name)])),
  }
  const script = join(import.meta.dirname, 'call-every-operation.py')
  const printed = await python([script], env, CALLS_TIMEOUT_MS, JSON.stringify(input))
  const calls = printed
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Call)
  const called = (method: string): Call => {
    const call = calls.find(call => call.method === method)
    assert.ok(call !== undefined, `${method} is not among ${calls.map(({ method }) => method)}`)
    return call
  }

  assert.equal(called('download_task_log').text, FIRST)
  for (const method of ['download_build_log', 'download_build_full_log', 'download_log_by_record_id'])
    assert.equal(called(method).text, FIRST + SECOND, method)
  for (const method of ['download_build_real_time_log', 'show_action_i_info'])
    assert.equal(called(method).answer.result.log, FIRST + SECOND, method)
  assert.equal(called('download_real_time_log').answer.result.content, FIRST + SECOND)
  for (const method of ['show_record_detail', 'show_job_build_record_detail', 'show_record_info'])
    assert.equal(called(method).answer.result.build_record_id, build.record_id, method)
  assert.deepEqual(Object.keys(called('show_build_record_full_stages').answer.result.build_stages), [
    'initial',
    'stage1',
    'stage2',
    'final',
  ])
  for (const { method, answer, text } of calls) {
    assert.ok(text !== undefined || Object.keys(answer).length > 0, `${method} decoded nothing`)
    if (answer !== undefined && 'result' in answer) assert.notEqual(answer.result, null, method)
  }
  t.diagnostic(`${calls.length} operations: ${calls.map(({ method }) => method).join(', ')}`)
})
