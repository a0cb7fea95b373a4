import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { errorMessage, systemErrorCode } from '../../contract/caught.ts'

/** Node cannot create a FIFO. POSIX has this utility. */
const MKFIFO = 'mkfifo'
const CAT = 'cat'

/** How a command ended: with an exit code, or by a signal. */
export type CommandEnd = { readonly code: number } | { readonly signal: NodeJS.Signals }

export interface StartedCommand {
  /**
   * What the command and its children write to stdout and stderr, in order. Ends when the last of
   * them is gone.
   */
  readonly output: Readable
  readonly ended: Promise<CommandEnd>
  kill(signal: NodeJS.Signals): void
  /**
   * Stops reading the output. Processes that still write to a FIFO are not harmed: a separate
   * process reads and discards what they write, and ends with the last of them.
   */
  leave(hasWriters: boolean): void
}

/** The command could not be started. `exitCode` is that of a shell. */
export class NotStarted extends Error {
  readonly exitCode: 126 | 127

  constructor(program: string, cause: unknown) {
    const code = systemErrorCode(cause)
    const missing = code === 'ENOENT'
    super(missing ? `${program}: command not found` : `${program}: cannot be run (${code})`, { cause })
    this.name = 'NotStarted'
    this.exitCode = missing ? 127 : 126
  }
}

/**
 * Starts a command with one FIFO as stdout and stderr. This keeps their order, and lets `>
 * /dev/stderr` work, which fails on the sockets that Node gives to children. stdin is that of this
 * process. Where no FIFO can be created, a shell joins both to a socket, and `onFallback` is called
 * with the reason. Rejects with `NotStarted`.
 */
export async function startCommand(
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  onFallback: (reason: string) => void,
): Promise<StartedCommand> {
  let fifo: Fifo
  try {
    fifo = makeFifo()
  } catch (error) {
    onFallback(errorMessage(error))
    const joined = ['-c', 'exec "$@" 2>&1', 'sh', ...command]
    const child = spawn('/bin/sh', joined, { env, stdio: ['inherit', 'pipe', 'inherit'] })
    return started(child, child.stdout, command[0], () => {})
  }
  const output = new Socket({ fd: fifo.readFd, readable: true, writable: false })
  try {
    const [program, ...args] = command
    const child = spawn(program, args, { env, stdio: ['inherit', fifo.writeFd, fifo.writeFd] })
    return await started(child, output, program, hasWriters => leaveFifo(fifo, hasWriters))
  } catch (error) {
    output.destroy()
    closeSync(fifo.drainFd)
    throw error instanceof NotStarted ? error : new NotStarted(command[0], error)
  } finally {
    closeSync(fifo.writeFd)
  }
}

interface Fifo {
  readonly readFd: number
  readonly writeFd: number
  /** Another read end, which blocks, as a process expects of its stdin. */
  readonly drainFd: number
}

/**
 * A FIFO that no other process can open. The read end is opened first, without blocking, so that
 * neither call waits.
 */
function makeFifo(): Fifo {
  const folder = mkdtempSync(join(tmpdir(), 'tailrace-run-'))
  try {
    const path = join(folder, 'output')
    execFileSync(MKFIFO, ['-m', '600', path], { stdio: 'ignore' })
    const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const writeFd = openSync(path, constants.O_WRONLY)
    return { readFd, writeFd, drainFd: openSync(path, constants.O_RDONLY) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Without a reader, SIGPIPE would kill the writers. */
function leaveFifo({ drainFd }: Fifo, hasWriters: boolean): void {
  if (hasWriters) {
    const env = { PATH: process.env.PATH }
    const reader = spawn(CAT, { cwd: '/', env, detached: true, stdio: [drainFd, 'ignore', 'ignore'] })
    // Where there is no `cat`, the writers see a closed pipe.
    reader.on('error', () => {})
    reader.unref()
  }
  closeSync(drainFd)
}

async function started(
  child: ChildProcess,
  output: Readable,
  program: string,
  onLeave: (hasWriters: boolean) => void,
): Promise<StartedCommand> {
  const ended = new Promise<CommandEnd>(resolve => {
    child.once('exit', (code, signal) => resolve(signal === null ? { code: code! } : { signal }))
  })
  try {
    await once(child, 'spawn')
  } catch (error) {
    throw new NotStarted(program, error)
  }
  const leave = (hasWriters: boolean) => {
    onLeave(hasWriters)
    output.destroy()
  }
  return { output, ended, kill: signal => void child.kill(signal), leave }
}
