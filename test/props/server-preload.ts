/** Code that a server under test loads before its own. */
import type { ServerProcess } from './server-process.ts'
import { eventually } from './wire.ts'

/**
 * On SIGUSR2: collects garbage, twice because finalizers free more in between, and prints on stderr
 * what is left. Code that has not run for a while is kept, some MB of it.
 */
const REPORTER = `
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
setFlagsFromString('--expose-gc')
setFlagsFromString('--no-flush-bytecode')
const collect = runInNewContext('gc')
process.on('SIGUSR2', () => {
  collect()
  setTimeout(() => {
    collect()
    process.stderr.write(JSON.stringify({ heapUsed: process.memoryUsage().heapUsed }) + '\\n')
  }, 20)
})`

/** Environment variables of a server that `heapInUse` can measure. */
export const REPORTS_MEMORY = {
  NODE_OPTIONS: preload(REPORTER),
}

const REPORT = /^\{"heapUsed":(\d+)\}$/gm

/**
 * Bytes of the server's heap after garbage collection. The heap holds buffer objects, but not their
 * bytes.
 */
export async function heapInUse(server: ServerProcess): Promise<number> {
  const reports = () => [...server.stderr.matchAll(REPORT)]
  const before = reports().length
  process.kill(server.pid, 'SIGUSR2')
  return eventually(async () => {
    const report = reports()[before]
    if (report === undefined) throw new Error('no report of memory')
    return Number(report[1])
  }, 60_000)
}

/**
 * Environment variables of a server whose clock is shifted by `ms`, which may be negative.
 */
export function clockShiftedBy(ms: number): { readonly NODE_OPTIONS: string } {
  return { NODE_OPTIONS: preload(`const now = Date.now; Date.now = () => now() + ${ms}`) }
}

function preload(module: string): string {
  return `--import=data:text/javascript,${encodeURIComponent(module)}`
}
