import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Distinguishes a process from all others that have or had its pid. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started, in a form of the system that can only be compared. */
  readonly begin: string
  /** Where the pid is valid: this boot of this machine and, on Linux, this pid namespace. */
  readonly scope: string
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, begin: processBegin(process.pid) ?? '', scope: pidScope() }
}

/** Whether the process still runs; undefined when it belongs to another machine or container. */
export function isRunning({ pid, begin, scope }: ProcessIdentity): boolean | undefined {
  return scope === pidScope() ? processBegin(pid) === begin : undefined
}

/** undefined when the process does not exist. */
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

/**
 * Field 22 of /proc/PID/stat: the start in ticks since the boot (proc(5)). A zombie counts as gone.
 */
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
