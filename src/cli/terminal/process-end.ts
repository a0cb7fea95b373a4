import { constants } from 'node:os'

/** Nobody reads the output any more, as with `| head`: the command is done, and that is no failure. */
export class OutputClosed extends Error {}

/** A signal asked the command to end. */
export class Interrupted extends Error {
  readonly signal: NodeJS.Signals

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`)
    this.signal = signal
  }

  /** What a shell tells of a process that ended by the signal. */
  get exitCode(): number {
    return 128 + constants.signals[this.signal]
  }
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Runs until it is done, or until a signal aborts it with `Interrupted`; a second signal ends the process at once. */
export async function interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const interrupt = (name: NodeJS.Signals) => {
    const reason = new Interrupted(name)
    if (stop.signal.aborted) process.exit(reason.exitCode)
    stop.abort(reason)
  }
  for (const name of SIGNALS) process.on(name, interrupt)
  try {
    return await run(stop.signal)
  } finally {
    for (const name of SIGNALS) process.off(name, interrupt)
  }
}
