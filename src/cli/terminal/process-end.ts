import { constants } from 'node:os'

/** The reader of the output is gone, as with `| head`. The command ends, which is not a failure. */
export class OutputClosed extends Error {}

/** A signal asked the command to end. */
export class Interrupted extends Error {
  readonly signal: NodeJS.Signals

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`)
    this.signal = signal
  }

  /** The exit code that a shell reports for a process that the signal ended. */
  get exitCode(): number {
    return 128 + constants.signals[this.signal]
  }
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs to its end, or until a signal aborts it with `Interrupted`. A second signal ends the
 * process.
 */
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
