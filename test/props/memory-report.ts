import type { ServerProcess } from './server-process.ts'
import { eventually } from './wire.ts'

/** Collects garbage at SIGUSR2, twice with a turn between for what is freed by finalizers, and says on stderr what is left. Code that has not run of late stays: some MB. */
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

/** Variables under which a server answers `heapInUse`. */
export const REPORTS_MEMORY = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(REPORTER)}`,
}

const REPORT = /^\{"heapUsed":(\d+)\}$/gm

/** Bytes of the server's heap when nothing is left to collect. What a buffer holds is beside it, but the buffer itself is not. */
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
