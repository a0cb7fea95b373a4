import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isTransient } from '../../client/server-unreachable.ts'
import type { TailraceClient } from '../../client/tailrace-client.ts'
import { errorMessage } from '../../contract/caught.ts'
import { isTailraceError } from '../../contract/errors.ts'
import { type Connection, NO_CREDENTIALS } from '../connection/connection.ts'
import { explained } from '../connection/explain-failure.ts'
import type { Deadline } from './deadline.ts'
import { deliverLog } from './deliver-log.ts'
import type { OpenedLog } from './open-log.ts'
import {
  type EndRecord,
  renameStep,
  type SpoolEntry,
  type SpoolMeta,
  waitingOutcomes,
  writeEnd,
} from './spool-entry.ts'
import type { StepIds } from './step-upload.ts'

/** How many kinds of trouble are reported at most. */
const REPORTED_MAX = 5

export interface ShipmentOptions {
  readonly connection: Connection
  readonly meta: Omit<SpoolMeta, 'writer'>
  readonly deadline: Deadline
  /** Where logs of other runs wait, and where "tailrace deliver" looks by default. */
  readonly spool: string
  readonly usualSpool: string
  /** The job that the user named. */
  readonly namedJob: string | undefined
  /** A file for the ids of the step, as assignments of a shell. */
  readonly idsFile: string | undefined
  readonly warn: (text: string) => void
}

/** Delivers the log of a running command, and reports each kind of trouble once. */
export class LogShipment {
  readonly #opened: OpenedLog
  readonly #options: ShipmentOptions
  readonly #deadline: Deadline
  readonly #warn: (text: string) => void
  #lookedAtBuild = false
  readonly #done: Promise<boolean>
  #entry: SpoolEntry | undefined
  readonly #hurry = new AbortController()
  #deliveredBytes = 0
  /** Why the last try failed; undefined after progress. */
  #trouble: string | undefined
  readonly #reported = new Set<string>()

  constructor(opened: OpenedLog, options: ShipmentOptions) {
    const { connection, meta, deadline, warn } = options
    this.#opened = opened
    this.#options = options
    this.#deadline = deadline
    this.#warn = warn
    this.#entry = opened.entry
    this.#done = this.#deliver(connection, meta).then(
      () => true,
      error => {
        if (!deadline.signal.aborted) warn(`the log is not delivered: ${reasonOf(error, connection)}`)
        return false
      },
    )
  }

  /**
   * Records how the command ended, and waits for the rest of the delivery until the deadline
   * passes. Never rejects.
   */
  async finish(outcome: EndRecord['outcome']): Promise<void> {
    const { log } = this.#opened
    const end = await log.finish(outcome)
    await this.#writeEnd(end)
    this.#hurry.abort()
    if (log.lostBytes > 0)
      this.#warn(
        `${log.lostBytes} bytes of the log could not be kept while the server accepted none; the log says where`,
      )
    if (!(await this.#done)) this.#reportUndelivered(end)
    else await this.#opened.remove()
  }

  async #deliver({ client }: Connection, meta: Omit<SpoolMeta, 'writer'>): Promise<void> {
    if (client === undefined) throw new Error(NO_CREDENTIALS)
    await deliverLog({
      client,
      meta,
      log: this.#opened.log,
      signal: this.#deadline.signal,
      hurry: this.#hurry.signal,
      onProgress: head => {
        this.#deliveredBytes = head
        this.#trouble = undefined
        this.#deadline.progress()
      },
      onTrouble: error => this.#reportTrouble(error),
      undelivered: () => waitingOutcomes(this.#options.spool, meta),
      onJoined: async ids => {
        await this.#writeIds(ids)
        if (meta.joins) await this.#lookAtBuild(client, ids.recordId)
      },
      onRenamed: stepName => this.#rename(stepName),
    })
  }

  /** Warns of what the user may not expect of a build that others created. */
  async #lookAtBuild(client: TailraceClient, recordId: string): Promise<void> {
    if (this.#lookedAtBuild) return
    const { namedJob, deadline } = this.#options
    try {
      const { job_name, status } = await client.showBuild(recordId, { signal: deadline.signal })
      if (namedJob !== undefined && job_name !== namedJob)
        this.#warn(`build ${recordId} belongs to job ${job_name}, not ${namedJob}`)
      if (status !== null)
        this.#warn(`build ${recordId} has already ended with ${status}, which does not change`)
    } catch (error) {
      // The delivery continues without the warning.
      if (isTransient(error)) throw error
    }
    this.#lookedAtBuild = true
  }

  async #writeIds({ jobId, buildNo, recordId, stepId }: StepIds): Promise<void> {
    const { idsFile } = this.#options
    if (idsFile === undefined) return
    const ids = { JOB_ID: jobId, BUILD_NO: buildNo, RECORD_ID: recordId, STEP_ID: stepId }
    const lines = Object.entries(ids).map(([name, value]) => `export TAILRACE_${name}=${value}\n`)
    try {
      await writeFile(idsFile, lines.join(''))
    } catch (error) {
      this.#warn(`the ids cannot be written: ${errorMessage(error)}`)
    }
  }

  async #rename(stepName: string): Promise<void> {
    this.#deliveredBytes = 0
    this.#warn(`the build has another log by this name; the step is named "${stepName}"`)
    // Without the new name in the spool, a later delivery finds it again.
    if (this.#entry !== undefined)
      this.#entry = await renameStep(this.#entry, stepName).catch(() => this.#entry)
  }

  /** A spool that has only the beginning of the log must not look complete. */
  async #writeEnd(end: EndRecord): Promise<void> {
    if (this.#entry === undefined) return
    const { outcome, sizeBytes } = end
    try {
      await writeEnd(this.#entry, this.#opened.log.isSpooled ? end : { outcome, sizeBytes })
    } catch (error) {
      this.#warn(`the end of the log cannot be written to the spool: ${errorMessage(error)}`)
    }
  }

  #reportTrouble(error: unknown): void {
    this.#trouble = reasonOf(error, this.#options.connection)
    if (this.#reported.has(this.#trouble) || this.#reported.size === REPORTED_MAX) return
    this.#reported.add(this.#trouble)
    const place = this.#opened.log.isSpooled ? 'on disk' : 'in memory'
    this.#warn(`${this.#trouble}; the log is kept ${place} and will be sent later`)
  }

  #reportUndelivered({ sizeBytes }: EndRecord): void {
    const missing = sizeBytes - this.#deliveredBytes
    const where =
      this.#entry !== undefined && this.#opened.log.isSpooled
        ? `; they are kept in ${this.#entry.folder}; run "${this.#deliverLine(this.#entry)}" to send them`
        : ', and the spool does not have all of them'
    const why = this.#trouble === undefined ? '' : ` (${this.#trouble})`
    this.#warn(`${missing} of ${sizeBytes} bytes of the log are undelivered${why}${where}`)
  }

  #deliverLine({ folder }: SpoolEntry): string {
    const spool = dirname(folder)
    return spool === this.#options.usualSpool ? 'tailrace deliver' : `tailrace deliver --spool ${spool}`
  }
}

function reasonOf(error: unknown, connection: Connection): string {
  if (isTailraceError(error))
    return (
      explained(error, 'run', () => connection) ?? `the server answered: ${error.message.replace(/\.$/, '')}`
    )
  return errorMessage(error)
}
