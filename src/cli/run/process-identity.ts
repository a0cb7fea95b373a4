import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Tells one process from every other that has or had its pid. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it began, in the system's own terms; compared, never read. */
  readonly begin: string
  /** Where the pid means anything: this boot of this machine and, on Linux, this pid namespace. */
  readonly scope: string
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, begin: processBegin(process.pid) ?? '', scope: pidScope() }
}

/** Whether the process still runs; undefined where that can't be seen from here: another machine, or another container. */
export function isRunning({ pid, begin, scope }: ProcessIdentity): boolean | undefined {
  return scope === pidScope() ? processBegin(pid) === begin : undefined
}

/** undefined when there is no such process. */
function processBegin(pid: number): string | undefined {
  if (process.platform === 'linux') return linuxProcessBegin(pid)
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim()
  } catch {
    return undefined
  }
}

/** Field 22 of /proc/PID/stat, starttime in ticks since the boot (proc(5)); a zombie counts as gone. */
function linuxProcessBegin(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

function pidScope(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}
