/**
 * Input and expected output of programs that call all operations of a published CodeArts Build
 * client.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { BOOTSTRAP } from '../props/server-process.ts'
import type { BuildAnswer } from '../props/wire.ts'
import { FIRST, JOB_NAME, LEFT_OUT, READS, SECOND, sampleOf } from './sample-build.ts'

/** Those of the client that the program calls: one line of JSON each. */
export interface ClientCall {
  /** The operation, as the client's own language writes it. */
  readonly method: string
  /** Of a file. */
  readonly text?: string
  // biome-ignore lint/suspicious/noExplicitAny: clients decode answers into whatever they are
  readonly answer?: any
}

/**
 * Runs a command with `input` as its stdin; resolves to its stdout, rejects with its stderr in the
 * message.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  { env = {}, cwd, timeoutMs, input = '' }: RunOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, cwd, timeout: timeoutMs, maxBuffer: 2 ** 26 }
    const child = execFile(command, args, options, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    )
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

interface RunOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly timeoutMs: number
  readonly input?: string
}

/**
 * The stdin of such a program: where and as whom it calls, which routes, and a value for each of
 * their parameters.
 */
export function callsInput(url: string, build: BuildAnswer): string {
  const names = READS.flatMap(({ params, query }) =>
    [params, query].flatMap(schema => Object.keys(schema?.properties ?? {})),
  ).filter(name => !LEFT_OUT.includes(name))
  return JSON.stringify({
    url,
    ak: BOOTSTRAP.ak,
    sk: BOOTSTRAP.sk,
    project_id: build.project_id,
    routes: READS.map(({ path }) => path.replaceAll(/:\w+/g, '{}')),
    values: Object.fromEntries(names.map(name => [name, sampleOf(build, name)])),
  })
}

/** The calls that a program printed. */
export function callsOf(stdout: string): ClientCall[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as ClientCall)
}

/** Fails unless all that the client decoded of the sample build is what went in. */
export function assertDecoded(calls: readonly ClientCall[], build: BuildAnswer): void {
  const called = (name: string): ClientCall => {
    const call = calls.find(({ method }) => snakeCase(method) === name)
    assert.ok(call !== undefined, `${name} is not among ${calls.map(({ method }) => method)}`)
    return call
  }
  const results = (names: readonly string[]) => names.map(name => called(name).answer.result)

  assert.equal(called('download_task_log').text, FIRST)
  for (const name of ['download_build_log', 'download_build_full_log', 'download_log_by_record_id'])
    assert.equal(called(name).text, FIRST + SECOND, name)
  for (const result of results(['download_build_real_time_log', 'show_action_i_info']))
    assert.equal(result.log, FIRST + SECOND)
  assert.equal(called('download_real_time_log').answer.result.content, FIRST + SECOND)
  for (const result of results(['show_record_detail', 'show_job_build_record_detail', 'show_record_info']))
    assert.equal(result.build_record_id, build.record_id)
  assert.equal(called('show_build_record').answer.result.id, build.record_id)
  assert.deepEqual(Object.keys(called('show_build_record_full_stages').answer.result.build_stages).sort(), [
    'final',
    'initial',
    'stage1',
    'stage2',
  ])
  assert.deepEqual(
    called('list_job').answer.result.job_list.map((job: { job_name: string }) => job.job_name),
    [JOB_NAME],
  )
  for (const result of results(['list_build_info_record', 'list_build_info_record_by_job_id']))
    assert.equal(result.job_build_states.length, 1)
  assert.equal(called('show_build_details').answer.result.build_result, 'SUCCESS')
  for (const { method, answer, text } of calls) {
    assert.ok(text !== undefined || Object.keys(answer).length > 0, `${method} decoded nothing`)
    if (answer !== undefined && 'result' in answer) assert.notEqual(answer.result, null, method)
  }
}

const snakeCase = (name: string) => name.replaceAll(/(?<!^)[A-Z]/g, '_$&').toLowerCase()
