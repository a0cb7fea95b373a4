import { readFileSync } from 'node:fs'
import { isatty } from 'node:tty'

const RELAYED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
/**
 * The same signal within this time is the same event: a signal to a process group arrives directly
 * and through a parent.
 */
const SAME_EVENT_MS = 300

/** Handles the signals that would end this process, while it still has work to do. */
export interface SignalRelay {
  /** Whether any signal arrived. */
  readonly interrupted: boolean
  /** From now on, `handler` gets each signal. */
  sendTo(handler: (signal: NodeJS.Signals) => void): void
  /** Restores the default handling. */
  stop(): void
}

/** Starts to handle signals. Those that arrive before `sendTo` wait for it. */
export function relaySignals(): SignalRelay {
  let handler: ((signal: NodeJS.Signals) => void) | undefined
  const waiting: NodeJS.Signals[] = []
  const lastMs = new Map<NodeJS.Signals, number>()
  const take = (signal: NodeJS.Signals) => {
    const nowMs = performance.now()
    const repeated = nowMs - (lastMs.get(signal) ?? Number.NEGATIVE_INFINITY) < SAME_EVENT_MS
    lastMs.set(signal, nowMs)
    if (repeated) return
    if (handler === undefined) waiting.push(signal)
    else handler(signal)
  }
  for (const signal of RELAYED) process.on(signal, take)
  return {
    get interrupted() {
      return lastMs.size > 0
    },
    sendTo(next) {
      handler = next
      for (const signal of waiting.splice(0)) next(signal)
    },
    stop() {
      for (const signal of RELAYED) process.off(signal, take)
    },
  }
}

/** Whether the terminal has already sent this signal to the command. */
export function comesFromTerminal(signal: NodeJS.Signals): boolean {
  return (signal === 'SIGINT' || signal === 'SIGQUIT') && isInForeground()
}

/**
 * Whether this process belongs to the foreground group of a terminal. Then Ctrl-C and Ctrl-\ reach
 * its children directly. Linux says so in /proc (proc(5)); elsewhere, a terminal as stdin counts.
 */
function isInForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1')
    // After the name of the command: state, ppid, pgrp, session, tty_nr, tpgid.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[2] === fields[5]
  } catch {
    return isatty(0)
  }
}
