import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What the first start of every server under test creates. */
export const BOOTSTRAP = {
  domain: 'acme',
  project: 'cn-north-4',
  user: 'admin',
  password: 'correct-horse-7-battery',
  ak: 'TESTACCESSKEY0000001',
  sk: 'TestSecretKey000000000000000000000000001',
} as const

/** The directory that this file's checkout is in. */
export const CHECKOUT = join(import.meta.dirname, '../..')
export const CLI = join(CHECKOUT, 'bin/tailrace.js')
const START_TIMEOUT_MS = 30_000
const STOP_TIMEOUT_MS = 30_000

export interface ServerOptions {
  /** Added to the bootstrap variables; no other TAILRACE_ variable reaches the server. */
  readonly env?: Readonly<Record<string, string>>
  /** A data directory that outlives the server; by default a new one that is removed with it. */
  readonly data?: string
  /** A command that runs the server, such as a tracer with its options. */
  readonly under?: readonly string[]
  /** The checkout whose server is started; this one by default. */
  readonly checkout?: string
}

/** A real server in a process of its own, on a free port of 127.0.0.1. */
export interface ServerProcess extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`; another one after each start. */
  readonly url: string
  /** The leader of the server's process group. */
  readonly pid: number
  readonly data: string
  /** Everything the server printed since its last start. */
  readonly stdout: string
  readonly stderr: string
  /** Sends a signal to all processes of the server and waits until they are gone. */
  kill(signal: NodeJS.Signals): Promise<void>
  /** Starts the server again on the same data, after a kill or a stop. */
  restart(): Promise<void>
  /**
   * Stops the server in order and removes a data directory of its own. Resolves to the exit code.
   */
  stop(): Promise<number | null>
}

/**
 * Starts a server and waits until it prints where it listens. Rejects with everything it printed if
 * it does not.
 */
export async function startServer(options: ServerOptions = {}): Promise<ServerProcess> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'tailrace-test-'))
  const removeData = () => {
    if (options.data === undefined) rmSync(data, { recursive: true, force: true })
  }
  let running = await start(data, options).catch((error: unknown) => {
    removeData()
    throw error
  })
  const end = async (signal: NodeJS.Signals) => {
    running.signal(signal)
    return running.exited
  }
  const server: ServerProcess = {
    get url() {
      return running.url
    },
    get pid() {
      return running.pid
    },
    get stdout() {
      return running.output.stdout
    },
    get stderr() {
      return running.output.stderr
    },
    data,
    kill: async signal => void (await end(signal)),
    restart: async () => {
      running = await start(data, options)
    },
    stop: async () => {
      const late = setTimeout(() => running.signal('SIGKILL'), STOP_TIMEOUT_MS)
      const code = await end('SIGTERM')
      clearTimeout(late)
      removeData()
      return code
    },
    [Symbol.asyncDispose]: async () => void (await server.stop()),
  }
  return server
}

/**
 * Below the ports of outgoing connections. Among those, a client that retries while nothing listens
 * may be connected to itself and keep the port.
 */
const PORTS = { from: 15_000, to: 30_000 }

/**
 * Starts a server that keeps its URL when it restarts, as clients that retry on their own expect.
 */
export async function startServerOnPort(): Promise<ServerProcess> {
  const port = await freePort()
  // Of two flags of the same name the last one counts.
  return startServer({ under: ['sh', '-c', `exec "$@" --listen 127.0.0.1:${port}`, 'sh'] })
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from))
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer().once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

interface Running {
  readonly url: string
  readonly pid: number
  readonly output: { stdout: string; stderr: string }
  readonly exited: Promise<number | null>
  signal(signal: NodeJS.Signals): void
}

async function start(data: string, options: ServerOptions): Promise<Running> {
  const { env = {}, under = [], data: given, checkout = CHECKOUT } = options
  const cli = join(checkout, 'bin/tailrace.js')
  const ownData = given === undefined ? data : undefined
  const command = [...under, process.execPath, cli, 'serve', '--listen', '127.0.0.1:0', '--data', data]
  // A group of its own, so that a signal reaches the server even when another command runs it.
  const child = spawn(command[0]!, command.slice(1), {
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const signal = (name: NodeJS.Signals) => signalGroup(child, name)
  const guardian = child.pid === undefined ? undefined : guard(child.pid, ownData)
  const output = { stdout: '', stderr: '' }
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => {
      guardian?.kill('SIGKILL')
      resolve(code)
    })
  })
  const url = await listening(child, output, exited).catch((error: unknown) => {
    signal('SIGKILL')
    throw error
  })
  return { url, pid: child.pid!, output, exited, signal }
}

/**
 * Starts a process that outlives this one. It waits for the end of a pipe, which closes however
 * this process ends: a handler in this process would not run when a test is killed or fails while
 * it loads. Then it kills the server's group and removes the data directory that the server was
 * given as its own.
 */
function guard(group: number, ownData: string | undefined): ChildProcess {
  const script = 'read -r _; kill -KILL "-$1"; [ -z "$2" ] || { sleep 1; rm -rf -- "$2"; }'
  const guardian = spawn('sh', ['-c', script, 'sh', String(group), ownData ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guardian.unref()
  // In Node a pipe is a socket, which keeps the process alive unless it is unreferenced.
  ;(guardian.stdin as Socket).unref()
  guardian.stdin!.on('error', () => {})
  return guardian
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('TAILRACE_') && name !== 'NODE_TEST_CONTEXT',
  )
  const bootstrap = Object.entries(BOOTSTRAP).map(([name, value]) => [
    `TAILRACE_BOOTSTRAP_${name.toUpperCase()}`,
    value,
  ])
  return Object.fromEntries([...inherited, ...bootstrap])
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function listening(
  child: ChildProcess,
  output: { readonly stdout: string; readonly stderr: string },
  exited: Promise<number | null>,
): Promise<string> {
  const said = new Promise<string>(resolve => {
    child.stdout!.on('data', () => {
      const url = /listens on (https?:\/\/[^\s/]+)/.exec(output.stdout)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
  let late: NodeJS.Timeout | undefined
  const failed = (why: string) => new Error(`the server ${why}\n${output.stdout}${output.stderr}`)
  try {
    return await Promise.race([
      said,
      exited.then(code => {
        throw failed(`ended with ${code} before it listened`)
      }),
      new Promise<never>((_, reject) => {
        late = setTimeout(() => reject(failed('did not listen in time')), START_TIMEOUT_MS)
      }),
    ])
  } finally {
    clearTimeout(late)
  }
}
