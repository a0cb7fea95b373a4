import { dirname } from 'node:path'
import type { TailraceClient } from '../../client/tailrace-client.ts'
import { errorMessage, systemErrorCode } from '../../contract/caught.ts'
import { isTailraceError } from '../../contract/errors.ts'
import { type Connection, NO_CREDENTIALS } from '../connection/connection.ts'
import { explained } from '../connection/explain-failure.ts'
import type { Deadline } from './deadline.ts'
import { deliverLog } from './deliver-log.ts'
import {
  isBeingWritten,
  listEntries,
  readdress,
  removeEntry,
  renameStep,
  type SpoolEntry,
  waitingOutcomes,
} from './spool-entry.ts'
import { SpooledLog } from './spooled-log.ts'

/** What became of one log that an earlier process left in the spool. */
export interface LeftOverResult {
  readonly recordId: string
  readonly stepName: string
  readonly folder: string
  readonly sizeBytes: number
  /** How much of it the server did not have. */
  readonly missingBytes: number
  /** Why it is still there; absent when it was delivered. */
  readonly refusal?: string
}

/**
 * Delivers, one after the other, the logs whose writers are gone. Another deliverer at the same time does no harm. Stops
 * when deadline ends; the entry under way and those after it then come as refused. With `toHere`, logs for other servers are
 * this server's from now on. Never rejects.
 */
export async function* deliverLeftOver(
  spool: string,
  connection: Connection,
  deadline: Deadline,
  toHere = false,
): AsyncGenerator<LeftOverResult> {
  for (const entry of await listEntries(spool)) {
    if (await isBeingWritten(entry)) continue
    const result = await deliverEntry(entry, connection, deadline, toHere)
    if (result !== undefined) yield result
  }
}

/** undefined when it is not left over: another process delivered it meanwhile. */
async function deliverEntry(
  found: SpoolEntry,
  connection: Connection,
  deadline: Deadline,
  toHere: boolean,
): Promise<LeftOverResult | undefined> {
  let entry = found
  const about = { recordId: entry.meta.recordId, stepName: entry.meta.stepName, folder: entry.folder }
  let log: SpooledLog | undefined
  try {
    log = await SpooledLog.open(entry)
    if (log === undefined) return undefined
    const { sizeBytes } = log
    let missingBytes = sizeBytes
    try {
      if (toHere && entry.meta.url !== connection.url) entry = await readdress(entry, connection.url)
      await deliver(entry, log, clientFor(entry, connection), deadline, head => {
        missingBytes = sizeBytes - head
      })
      await removeEntry(entry)
      return { ...about, sizeBytes, missingBytes }
    } catch (error) {
      if (isGone(error)) return undefined
      return { ...about, sizeBytes, missingBytes, refusal: messageOf(error, connection) }
    }
  } catch (error) {
    if (isGone(error)) return undefined
    return { ...about, sizeBytes: 0, missingBytes: 0, refusal: messageOf(error, connection) }
  } finally {
    await log?.close()
  }
}

async function deliver(
  entry: SpoolEntry,
  log: SpooledLog,
  client: TailraceClient,
  deadline: Deadline,
  onFound: (head: number) => void,
): Promise<void> {
  let current = entry
  let trouble: unknown
  try {
    await deliverLog({
      client,
      meta: entry.meta,
      log,
      signal: deadline.signal,
      onProgress: () => deadline.progress(),
      onTrouble: error => {
        trouble = error
      },
      onFound,
      undelivered: () => waitingOutcomes(dirname(entry.folder), entry.meta),
      onJoined: async () => {},
      onRenamed: async stepName => {
        current = await renameStep(current, stepName)
      },
    })
  } catch (error) {
    throw deadline.signal.aborted && trouble !== undefined ? trouble : error
  }
}

/** Credentials go to the server that they are for, and to no other. */
function clientFor(entry: SpoolEntry, { url, client }: Connection): TailraceClient {
  if (entry.meta.url !== url)
    throw new Error(
      `it is for ${entry.meta.url}, and the server is ${url}: "tailrace deliver --to-here" brings it to this one`,
    )
  if (client === undefined) throw new Error(NO_CREDENTIALS)
  return client
}

function isGone(error: unknown): boolean {
  return systemErrorCode(error) === 'ENOENT'
}

function messageOf(error: unknown, connection: Connection): string {
  const plain = isTailraceError(error) ? explained(error, 'deliver', () => connection) : undefined
  if (plain !== undefined) return plain
  return errorMessage(error)
}
