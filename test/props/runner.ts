import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TailraceClient } from '../../src/client/tailrace-client.ts'
import { BOOTSTRAP, CLI } from './server-process.ts'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when stdout has this text. */
  said(text: string): Promise<void>
}

/** A place to run `tailrace` in: a server's address, credentials, and a spool of its own. */
export class RunnerHome implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'tailrace-runner-'))
  readonly spool = join(this.folder, 'spool')
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  /** Starts `tailrace ARGS`; `under` runs it, such as a shell that sets a limit. */
  start(
    args: readonly string[],
    env: Readonly<Record<string, string | undefined>> = {},
    under: readonly string[] = [],
  ): Running {
    const command = [...under, process.execPath, CLI, ...args]
    const child = spawn(command[0]!, command.slice(1), {
      cwd: this.folder,
      env: { ...this.environment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output = { stdout: '', stderr: '' }
    child.stdout!.setEncoding('latin1').on('data', (text: string) => (output.stdout += text))
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
    const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }))
    const said = async (text: string) => {
      while (!output.stdout.includes(text)) await once(child.stdout!, 'data')
    }
    return { child, ended, said }
  }

  run(
    args: readonly string[],
    env: Readonly<Record<string, string | undefined>> = {},
    under: readonly string[] = [],
  ): Promise<Ended> {
    return this.start(args, env, under).ended
  }

  environment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !name.startsWith('TAILRACE_') && name !== 'NODE_TEST_CONTEXT',
    )
    return {
      ...Object.fromEntries(inherited),
      TAILRACE_URL: this.url,
      TAILRACE_AK: BOOTSTRAP.ak,
      TAILRACE_SK: BOOTSTRAP.sk,
      TAILRACE_SPOOL: this.spool,
    }
  }

  get client(): TailraceClient {
    return new TailraceClient({
      url: this.url,
      credentials: { accessKey: BOOTSTRAP.ak, secretKey: BOOTSTRAP.sk },
    })
  }

  /** All bytes of a step's log, one character each. */
  async logOf(recordId: string, stepId = 1): Promise<string> {
    const stream = await this.client.downloadTaskLog({ recordId, stepId }, 'DEBUG')
    return Buffer.from(await new Response(stream).arrayBuffer()).toString('latin1')
  }

  /** The folders of logs that wait. */
  waiting(): string[] {
    try {
      return readdirSync(this.spool)
    } catch {
      return []
    }
  }

  /** A file of the only log that waits. */
  spooled(name: string): string {
    return readFileSync(join(this.spool, this.waiting()[0]!, name), 'latin1')
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** An address that stays the same while the server behind it goes and comes at others. */
export interface Relay extends AsyncDisposable {
  readonly url: string
  /** Where connections go; undefined cuts all and takes none. */
  target: string | undefined
}

export async function startRelay(target?: string): Promise<Relay> {
  let current = target
  const open = new Set<Socket>()
  const server = createServer(inner => {
    if (current === undefined) return void inner.destroy()
    const outer = connect(Number(new URL(current).port), '127.0.0.1')
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      open.add(from)
      from.on('error', () => {}).on('close', () => to.destroy() && open.delete(from))
      from.pipe(to)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    get target() {
      return current
    },
    set target(next) {
      current = next
      cut()
    },
    async [Symbol.asyncDispose]() {
      server.close()
      cut()
    },
  }
}
