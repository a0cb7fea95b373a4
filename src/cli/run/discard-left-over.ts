import { basename } from 'node:path'
import { LogSegments } from './log-segments.ts'
import { isBeingWritten, listEntries, removeEntry, type SpoolEntry } from './spool-entry.ts'

/** One log that was deleted from the spool without being delivered. */
export interface Discarded {
  readonly recordId: string
  readonly stepName: string
  readonly folder: string
  /** The number of bytes that were in the spool. */
  readonly sizeBytes: number
}

/** Names every log whose runner is gone. */
const ALL = 'all'

/**
 * Deletes logs from the spool, named by their folders or by "all". Rejects, and deletes nothing,
 * when a name is unknown or its runner still writes the log.
 */
export async function discardLeftOver(spool: string, names: readonly string[]): Promise<Discarded[]> {
  const entries = await listEntries(spool)
  const writing = new Set<SpoolEntry>()
  for (const entry of entries) if (await isBeingWritten(entry)) writing.add(entry)
  const chosen = new Set<SpoolEntry>()
  for (const name of names) {
    if (name === ALL) for (const entry of entries.filter(entry => !writing.has(entry))) chosen.add(entry)
    else chosen.add(entryNamed(spool, entries, writing, name))
  }
  return Promise.all([...chosen].map(discard))
}

function entryNamed(
  spool: string,
  entries: readonly SpoolEntry[],
  writing: ReadonlySet<SpoolEntry>,
  name: string,
): SpoolEntry {
  const found = entries.find(({ folder }) => basename(folder) === basename(name))
  if (found === undefined) throw new Error(`no log waits in ${spool} as ${basename(name)}`)
  if (writing.has(found)) throw new Error(`the runner of ${basename(name)} still writes to it`)
  return found
}

async function discard(entry: SpoolEntry): Promise<Discarded> {
  const { folder, meta } = entry
  const segments = await LogSegments.open(folder).catch(() => undefined)
  await removeEntry(entry)
  const sizeBytes = segments === undefined ? 0 : segments.to - segments.from
  return { recordId: meta.recordId, stepName: meta.stepName, folder, sizeBytes }
}
