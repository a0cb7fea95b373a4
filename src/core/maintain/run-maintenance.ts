import type { EpochMs } from '../../contract/quantities.ts'
import type { Clock } from '../ports/capabilities.ts'

/**
 * Does a task's work once. It runs to its end; a long one may stop between two steps when `signal`
 * aborts.
 */
export type MaintenancePass = (signal: AbortSignal) => Promise<void>

/** Work that a server does in the background, pass by pass, without a request for it. */
export interface MaintenanceTask {
  /** Names the task in metrics and messages: lower-case words joined by hyphens. */
  readonly name: string
  /** From the end of one pass to the start of the next, in milliseconds. */
  readonly paceMs: number
  /** The same after a pass that failed. Default: `paceMs`. */
  readonly retryMs?: number
  /** From the start of maintenance to the first pass, in milliseconds. Default: 0. */
  readonly firstAfterMs?: number
  /**
   * Resolves to the next pass, or to undefined when there is nothing to do: then the task is asked
   * again after its pace. May wait for work; must resolve soon after `signal` aborts.
   */
  nextPass(signal: AbortSignal): Promise<MaintenancePass | undefined>
}

/** How one pass ended. */
export interface PassReport {
  readonly task: string
  readonly endedAtMs: EpochMs
  readonly tookMs: number
  /** Only of a pass that failed: what it threw. */
  readonly failure?: { readonly error: unknown }
}

export interface MaintenanceHost {
  readonly clock: Clock
  /** Resolves after `ms` milliseconds, or as soon as `signal` aborts. Never rejects. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  /** Called after every pass. Must not throw. */
  readonly onPass: (report: PassReport) => void
}

/**
 * Runs the tasks at their paces, all at the same time, until `signal` aborts. Resolves when the
 * passes in progress have ended. Never rejects: a pass that fails is reported and tried again, and
 * the other tasks continue.
 */
export async function runMaintenance(
  tasks: readonly MaintenanceTask[],
  host: MaintenanceHost,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(tasks.map(task => runTask(task, host, signal)))
}

async function runTask(task: MaintenanceTask, host: MaintenanceHost, signal: AbortSignal): Promise<void> {
  const { paceMs, retryMs = paceMs, firstAfterMs = 0 } = task
  if (firstAfterMs > 0) await host.wait(firstAfterMs, signal)
  while (!signal.aborted) {
    const report = await runPass(task, host.clock, signal)
    if (report !== undefined) host.onPass(report)
    await host.wait(report?.failure === undefined ? paceMs : retryMs, signal)
  }
}

/** Resolves to undefined when there was nothing to do. */
async function runPass(
  { name, nextPass }: MaintenanceTask,
  clock: Clock,
  signal: AbortSignal,
): Promise<PassReport | undefined> {
  // Waiting for work is no part of a pass.
  let beganAtMs: EpochMs | undefined
  const report = () => {
    const endedAtMs = clock()
    return { task: name, endedAtMs, tookMs: endedAtMs - (beganAtMs ?? endedAtMs) }
  }
  try {
    const pass = await nextPass(signal)
    if (pass === undefined || signal.aborted) return
    beganAtMs = clock()
    await pass(signal)
    return report()
  } catch (error) {
    return { ...report(), failure: { error } }
  }
}
