import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { CLI } from './server-process.ts'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A `tailrace` command in a process of its own. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves once stdout or stderr contains this text. Rejects if the command exits without it. */
  said(text: string): Promise<void>
}

export interface CommandOptions {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Written to stdin, which is closed by default. */
  readonly input?: string | Uint8Array | undefined
  /** A command that runs `tailrace`, such as a shell that sets a limit. */
  readonly under?: readonly string[]
  /** How bytes of stdout become text: latin1 keeps each of them. */
  readonly stdout?: 'utf8' | 'latin1'
}

/** Starts `tailrace ARGS`. */
export function startCommand(
  args: readonly string[],
  { cwd, env, input, under = [], stdout = 'utf8' }: CommandOptions,
): Running {
  const [program = '', ...rest] = [...under, process.execPath, CLI, ...args]
  const stdin = input === undefined ? 'ignore' : 'pipe'
  const child = spawn(program, rest, { cwd, env, stdio: [stdin, 'pipe', 'pipe'] })
  child.stdin?.on('error', () => {}).end(input)
  const output = { stdout: '', stderr: '' }
  child.stdout!.setEncoding(stdout).on('data', (text: string) => (output.stdout += text))
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const said = async (text: string) => {
    while (!output.stdout.includes(text) && !output.stderr.includes(text)) {
      if (child.exitCode !== null) throw new Error(`"${text}" was not printed: ${JSON.stringify(output)}`)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }))
  return { child, said, ended }
}
