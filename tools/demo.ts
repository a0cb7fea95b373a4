/**
 * `npm run demo`: a throw-away server, a build of two steps with real output (this project's type
 * check and the unit tests of src/text), followed while it runs and read back through both routes
 * of the contract. Ends by itself and removes all that it made.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TailraceClient } from '../src/client/tailrace-client.ts'

const ROOT = join(import.meta.dirname, '..')
const CLI = join(ROOT, 'bin/tailrace.js')
const POLL_MS = 150
const say = (text: string) => process.stdout.write(`${text}\n`)

interface Variables {
  readonly [name: string]: string
}

interface Ids {
  readonly jobId: string
  readonly buildNo: number
}

interface DemoStep {
  readonly name: string
  readonly command: readonly string[]
}

const STEPS: readonly DemoStep[] = [
  {
    name: 'type check',
    command: [
      process.execPath,
      join(ROOT, 'node_modules/typescript/bin/tsc'),
      '--noEmit',
      '--extendedDiagnostics',
    ],
  },
  {
    name: 'unit tests of src/text',
    command: [
      process.execPath,
      '--test',
      '--test-reporter=spec',
      ...globSync('src/text/*.test.ts', { cwd: ROOT }),
    ],
  },
]

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'tailrace-demo-'))
  const server = spawn(
    process.execPath,
    [CLI, 'serve', '--listen', '127.0.0.1:0', '--data', join(directory, 'data')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: withoutTailrace(),
    },
  )
  try {
    await firstOutput(server)
    const variables = readVariables(join(directory, 'data/credentials.env'))
    say(`A throw-away server listens on ${variables.TAILRACE_URL}.\n`)
    await showBuild(variables, directory)
  } finally {
    server.kill()
    if (server.exitCode === null) await once(server, 'exit')
    rmSync(directory, { recursive: true, force: true })
  }
}

async function showBuild(variables: Variables, directory: string): Promise<void> {
  const recordId = randomUUID()
  const client = new TailraceClient({
    url: variables.TAILRACE_URL ?? '',
    credentials: {
      user: variables.TAILRACE_USER ?? '',
      password: variables.TAILRACE_PASSWORD ?? '',
      domain: variables.TAILRACE_DOMAIN ?? '',
      project: variables.TAILRACE_PROJECT ?? '',
    },
  })
  const build = await client.createBuild({ record_id: recordId, job_name: 'demo', source: 'demo' })
  const ids = { jobId: build.job_id, buildNo: build.build_no }
  let equal = true
  for (const [i, step] of STEPS.entries()) {
    const stepId = i + 1
    const shown = step.command.join(' ').replaceAll(`${ROOT}/`, '').replace(process.execPath, 'node')
    say(`Step ${stepId}, ${step.name}: ${shown.slice(0, 90)}`)
    await client.addSteps(recordId, [{ name: step.name, step_id: stepId }])
    const options = ['--record', recordId, '--step-id', String(stepId), '--spool', join(directory, 'spool')]
    const exited = startRun(step, stepId === STEPS.length ? [...options, '--finish'] : options, variables)
    const paged = await follow(client, ids, stepId)
    equal = (await compare(client, recordId, stepId, paged)) && equal
    const code = await exited
    say(`  the command's own exit code came through: ${code}\n`)
    if (code !== 0) equal = false
  }
  say(equal ? 'Both routes gave back the same bytes, for both steps.' : 'The demo FAILED: see above.')
  if (!equal) process.exitCode = 1
}

/** Starts `tailrace run` with the step's command; resolves to its exit code. */
async function startRun(step: DemoStep, options: readonly string[], variables: Variables): Promise<number> {
  const args = ['run', '--job', 'demo', '--step', step.name, '--quiet', ...options, '--', ...step.command]
  const runner = spawn(process.execPath, [CLI, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...withoutTailrace(), ...variables },
  })
  const [code] = await once(runner, 'exit')
  return code
}

/**
 * Pages through the step while it runs, as a client of the contract polls it; resolves to all the
 * text.
 */
async function follow(client: TailraceClient, { jobId, buildNo }: Ids, stepId: number): Promise<string> {
  let text = ''
  let pages = 0
  for await (const chunk of client.readLog(
    { jobId, buildNo, stepId },
    { follow: true, pollMaxMs: POLL_MS },
  )) {
    text += chunk.text
    pages++
    say(`  followed to byte ${chunk.end}: ${chunk.text.trimEnd().split('\n').at(-1)?.slice(0, 100)}`)
  }
  say(
    `  GET /v1/log/task/step gave ${Buffer.byteLength(text)} bytes in ${pages} ${pages === 1 ? 'page' : 'pages'}`,
  )
  return text
}

async function compare(
  client: TailraceClient,
  recordId: string,
  stepId: number,
  paged: string,
): Promise<boolean> {
  const download = Buffer.concat(
    await Array.fromAsync(await client.downloadTaskLog({ recordId, stepId }, 'DEBUG')),
  )
  const [a, b] = [Buffer.from(paged), download].map(bytes => createHash('sha256').update(bytes).digest('hex'))
  say(`  GET /v4/{record_id}/task-log gave ${download.length} bytes`)
  say(`  sha256 of the pages    ${a}\n  sha256 of the download ${b}${a === b ? '  equal' : '  DIFFERENT'}`)
  return a === b && download.length > 0
}

async function firstOutput(server: ChildProcess): Promise<void> {
  const failed = once(server, 'exit').then(([code]) => {
    throw new Error(`the server ended with ${code}`)
  })
  await Promise.race([once(server.stdout!, 'data'), failed])
  server.stdout!.resume()
}

function readVariables(file: string): Variables {
  const lines = readFileSync(file, 'utf8').matchAll(/^export (\w+)='?(.*?)'?$/gm)
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]))
}

function withoutTailrace(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TAILRACE_')))
}

await main()
