import { isInForeground } from './foreground.ts'

const RELAYED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
/** The same signal within this time is the same event: sent to a process group, it comes directly and through a parent. */
const SAME_EVENT_MS = 300

/** Takes the signals that would end this process, for as long as there is something to end in order. */
export interface SignalRelay {
  /** Whether any signal came. */
  readonly interrupted: boolean
  /** From now on `handler` gets each signal. */
  sendTo(handler: (signal: NodeJS.Signals) => void): void
  /** Signals do again what they did before. */
  stop(): void
}

/** Begins to take signals; those that come before `sendTo` wait for it. */
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

/** Whether the command has this signal already, from the terminal. */
export function comesFromTerminal(signal: NodeJS.Signals): boolean {
  return (signal === 'SIGINT' || signal === 'SIGQUIT') && isInForeground()
}
