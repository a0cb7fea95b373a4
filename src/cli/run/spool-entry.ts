import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts'

/** What a later process needs to deliver a log; holds no secret. */
export interface SpoolMeta {
  /** The server that the log is for: no other gets it. */
  readonly url: string
  readonly recordId: string
  readonly jobName: string
  readonly source?: string
  readonly stepName: string
  readonly stepId?: number
  /** The build may be there already, made by others. */
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
  /** SHA-256 of the whole log, 64 hexadecimal digits; absent when the spool holds a beginning of it only. */
  readonly sha256?: string
}

const FORMAT = 'tailrace-spool-1'
const META = 'meta.json'
const LOG = 'log'
const END = 'end.json'
/** A writer that can't be seen from here touches its entry this often, and is dead when it has not for `SILENT_MS`. */
export const HEARTBEAT_MS = 30_000
const SILENT_MS = 300_000

/** One log in the spool: a folder of its own, readable by its user only. */
export interface SpoolEntry {
  readonly folder: string
  readonly logPath: string
  readonly meta: SpoolMeta
}

/** Makes an entry with an empty log for this process as the writer. Rejects as the file system does. */
export async function createEntry(spool: string, about: Omit<SpoolMeta, 'writer'>): Promise<SpoolEntry> {
  await mkdir(spool, { recursive: true, mode: 0o700 })
  const folder = join(spool, `${about.recordId}-${randomBytes(4).toString('hex')}`)
  const meta: SpoolMeta = { ...about, writer: ownIdentity() }
  // Under another name until it is whole, so that nobody meets half an entry.
  const unready = `${folder}.new`
  await mkdir(unready, { mode: 0o700 })
  await writeFile(join(unready, LOG), '', { mode: 0o600 })
  await writeMeta(unready, meta)
  await rename(unready, folder)
  return entryAt(folder, meta)
}

/** All entries of the spool, the oldest first, but those that can't be read. Empty when there is no spool. */
export async function listEntries(spool: string): Promise<SpoolEntry[]> {
  const names = await readdir(spool).catch(() => [])
  const found = await Promise.all(
    names.filter(name => !name.endsWith('.new')).map(name => openEntry(join(spool, name))),
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
    return { entry: entryAt(folder, meta), changedMs: (await stat(join(folder, META))).mtimeMs }
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

/** Says how the log ended. Rejects as the file system does. */
export async function writeEnd({ folder }: SpoolEntry, end: EndRecord): Promise<void> {
  await writeWhole(join(folder, END), JSON.stringify(end))
}

/** The same entry under another step's name: the first was taken. */
export async function renameStep(entry: SpoolEntry, stepName: string): Promise<SpoolEntry> {
  const meta = { ...entry.meta, stepName }
  await writeMeta(entry.folder, meta)
  return { ...entry, meta }
}

/** Whether the writer still writes to it. */
export async function isBeingWritten(entry: SpoolEntry): Promise<boolean> {
  const running = isRunning(entry.meta.writer)
  if (running !== undefined) return running
  if ((await readEnd(entry)) !== undefined) return false
  const { mtimeMs } = await stat(join(entry.folder, META)).catch(() => ({ mtimeMs: 0 }))
  return Date.now() - mtimeMs < SILENT_MS
}

/** Shows those who can't see this process that it lives. */
export async function touchEntry({ folder }: SpoolEntry): Promise<void> {
  const now = new Date()
  await utimes(join(folder, META), now, now).catch(() => {})
}

/** Removes a delivered entry; that another process did so before is no error. */
export async function removeEntry({ folder }: SpoolEntry): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}

function entryAt(folder: string, meta: SpoolMeta): SpoolEntry {
  return { folder, logPath: join(folder, LOG), meta }
}

function writeMeta(folder: string, meta: SpoolMeta): Promise<void> {
  return writeWhole(join(folder, META), JSON.stringify({ format: FORMAT, ...meta }))
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text, { mode: 0o600, flush: true })
  await rename(`${path}.part`, path)
}
