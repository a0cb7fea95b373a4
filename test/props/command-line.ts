import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BOOTSTRAP, CLI } from './server-process.ts'

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when stdout or stderr has this text. */
  said(text: string): Promise<void>
}

/** A person's place: a folder that is both home and working directory, and the admin's key for one server. */
export class CommandLine implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'tailrace-person-'))
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const { PATH } = process.env
    const own = { TAILRACE_URL: this.url, TAILRACE_AK: BOOTSTRAP.ak, TAILRACE_SK: BOOTSTRAP.sk }
    return { PATH, HOME: this.folder, TZ: 'UTC', ...own, ...more }
  }

  start(
    args: readonly string[],
    input?: string | Uint8Array,
    under: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): Running {
    const [program = '', ...rest] = [...under, process.execPath, CLI, ...args]
    const child = spawn(program, rest, { cwd: this.folder, env: this.environment(env) })
    child.stdin.on('error', () => {}).end(input)
    const output = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
    const said = async (text: string) => {
      while (!output.stdout.includes(text) && !output.stderr.includes(text)) {
        if (child.exitCode !== null) throw new Error(`"${text}" was not said: ${JSON.stringify(output)}`)
        await new Promise(resolve => setTimeout(resolve, 10))
      }
    }
    return { child, said, ended: once(child, 'close').then(([code]) => ({ code, ...output })) }
  }

  run(args: readonly string[], input?: string | Uint8Array, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.start(args, input, [], env).ended
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
