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

/** What happened to one log that an earlier process left in the spool. */
export interface LeftOverResult {
  readonly recordId: string
  readonly stepName: string
  readonly folder: string
  readonly sizeBytes: number
  /** The number of bytes that the server did not have. */
  readonly missingBytes: number
  /** Why it is still in the spool; absent when it was delivered. */
  readonly refusal?: string
}

/**
 * Delivers the logs whose writers are gone, one by one. Another process may deliver them at the
 * same time. When the deadline passes, the current entry and those after it are yielded with a
 * refusal. With `toHere`, logs that are addressed to other servers belong to this one from now on.
 * Never rejects.
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

/** undefined when another process delivered it meanwhile. */
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

/** Credentials are sent only to the server that they are for. */
function clientFor(entry: SpoolEntry, { url, client }: Connection): TailraceClient {
  if (entry.meta.url !== url)
    throw new Error(
      `it is for ${entry.meta.url}, but the server is ${url}; "tailrace deliver --to-here" delivers it here`,
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
