import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWholeFile } from '../../files/write-whole-file.ts'
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts'

/** What a later process needs to deliver a log. Contains no secret. */
export interface SpoolMeta {
  /** The only server that the log may be sent to. */
  readonly url: string
  readonly recordId: string
  readonly jobName: string
  readonly source?: string
  readonly stepName: string
  readonly stepId?: number
  /** Others may have created the build. */
  readonly joins: boolean
  /** The build ends with this step. */
  readonly finishesBuild: boolean
  readonly writer: ProcessIdentity
}

/** How a log ended. */
export interface EndRecord {
  readonly outcome: 'SUCCESS' | 'FAILURE' | 'ABORTED'
  /** Length of the whole log. */
  readonly sizeBytes: number
  /**
   * SHA-256 of the whole log, 64 hexadecimal digits. Absent when it is not known, or when the spool
   * does not have the end of the log.
   */
  readonly sha256?: string
}

/** Version 2 keeps the log in segments. Entries of other versions are ignored. */
const FORMAT = 'tailrace-spool-2'
const META = 'meta.json'
const END = 'end.json'
/** Readable by its user only. */
const OWN_FILE = { mode: 0o600 }
/** Endings of folders that are not entries yet, or not any more. */
const UNREADY = '.new'
const GONE = '.gone'
/**
 * How often a writer touches its entry. A writer on another machine counts as dead when it has not
 * done so for `SILENT_MS`.
 */
export const HEARTBEAT_MS = 30_000
const SILENT_MS = 300_000

/** One log in the spool: a folder of its own, readable by its user only. */
export interface SpoolEntry {
  readonly folder: string
  readonly meta: SpoolMeta
}

/**
 * Creates an entry without a log, with this process as its writer. Rejects as the file system does.
 */
export async function createEntry(spool: string, about: Omit<SpoolMeta, 'writer'>): Promise<SpoolEntry> {
  await mkdir(spool, { recursive: true, mode: 0o700 })
  const folder = join(spool, `${about.recordId}-${randomBytes(4).toString('hex')}`)
  const meta: SpoolMeta = { ...about, writer: ownIdentity() }
  // It has another name until it is complete, so that no process finds half an entry.
  const unready = `${folder}${UNREADY}`
  await mkdir(unready, { mode: 0o700 })
  await writeMeta(unready, meta)
  await rename(unready, folder)
  return { folder, meta }
}

/** All readable entries of the spool, oldest first. Empty when there is no spool. */
export async function listEntries(spool: string): Promise<SpoolEntry[]> {
  const names = await readdir(spool).catch(() => [])
  const found = await Promise.all(
    names
      .filter(name => !name.endsWith(UNREADY) && !name.endsWith(GONE))
      .map(name => openEntry(join(spool, name))),
  )
  return found
    .filter(item => item !== undefined)
    .sort((a, b) => a.changedMs - b.changedMs)
    .map(({ entry }) => entry)
}

async function openEntry(folder: string): Promise<{ entry: SpoolEntry; changedMs: number } | undefined> {
  try {
    const { format, ...meta } = JSON.parse(await readFile(join(folder, META), 'utf8'))
    if (format !== FORMAT) return undefined
    return { entry: { folder, meta }, changedMs: (await stat(join(folder, META))).mtimeMs }
  } catch {
    return undefined
  }
}

/** How the log ended; undefined when its writer has not said so. */
export async function readEnd({ folder }: SpoolEntry): Promise<EndRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, END), 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * How the steps of a build ended whose logs wait in the spool. ABORTED if the runner was killed.
 */
export async function waitingOutcomes(
  spool: string,
  { url, recordId }: Pick<SpoolMeta, 'url' | 'recordId'>,
): Promise<EndRecord['outcome'][]> {
  const entries = await listEntries(spool)
  const own = entries.filter(({ meta }) => meta.recordId === recordId && meta.url === url)
  const outcomes = await Promise.all(
    own.map(async entry => {
      const { outcome } = (await readEnd(entry)) ?? {}
      if (outcome !== undefined || (await isBeingWritten(entry))) return outcome ?? []
      // It may have ended or been delivered meanwhile.
      const end = await readEnd(entry)
      const isThere = await stat(entry.folder).then(
        () => true,
        () => false,
      )
      return isThere ? (end?.outcome ?? 'ABORTED') : []
    }),
  )
  return outcomes.flat()
}

/** Records how the log ended. Rejects as the file system does. */
export async function writeEnd({ folder }: SpoolEntry, end: EndRecord): Promise<void> {
  await writeWholeFile(join(folder, END), JSON.stringify(end), OWN_FILE)
}

/** The same entry with another name of the step. */
export async function renameStep(entry: SpoolEntry, stepName: string): Promise<SpoolEntry> {
  const meta = { ...entry.meta, stepName }
  await writeMeta(entry.folder, meta)
  return { ...entry, meta }
}

/** The same entry for another server. */
export async function readdress(entry: SpoolEntry, url: string): Promise<SpoolEntry> {
  const meta = { ...entry.meta, url }
  await writeMeta(entry.folder, meta)
  return { ...entry, meta }
}

/** Whether its writer still runs. */
export async function isBeingWritten(entry: SpoolEntry): Promise<boolean> {
  const running = isRunning(entry.meta.writer)
  if (running !== undefined) return running
  if ((await readEnd(entry)) !== undefined) return false
  const { mtimeMs } = await stat(join(entry.folder, META)).catch(() => ({ mtimeMs: 0 }))
  return Date.now() - mtimeMs < SILENT_MS
}

/** Shows processes on other machines that this one is alive. */
export async function touchEntry({ folder }: SpoolEntry): Promise<void> {
  const now = new Date()
  await utimes(join(folder, META), now, now).catch(() => {})
}

/** Removes an entry. It is not an error if another process has removed it. */
export async function removeEntry({ folder }: SpoolEntry): Promise<void> {
  // It is renamed first, so that no process finds half an entry.
  const gone = `${folder}${GONE}`
  await rename(folder, gone).catch(() => {})
  await rm(gone, { recursive: true, force: true })
}

function writeMeta(folder: string, meta: SpoolMeta): Promise<void> {
  return writeWholeFile(join(folder, META), JSON.stringify({ format: FORMAT, ...meta }), OWN_FILE)
}
