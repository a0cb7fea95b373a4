import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LiveLog, type LiveLogOptions } from './live-log.ts'
import { createEntry, HEARTBEAT_MS, type SpoolEntry, type SpoolMeta, touchEntry } from './spool-entry.ts'

/** A log under way and, where one could be made, its entry in a spool. */
export interface OpenedLog {
  readonly log: LiveLog
  readonly entry: SpoolEntry | undefined
  /** Removes what was made of it. Never rejects. */
  remove(): Promise<void>
}

export interface OpenLogOptions {
  readonly spool: string
  readonly about: Omit<SpoolMeta, 'writer'>
  readonly describeGap: LiveLogOptions['describeGap']
  /** Told when the log can't be kept as it should. */
  readonly complain: (text: string) => void
}

/** Begins a log in the spool; in a folder for temporary files when that is not writable; in memory when nothing is. Never rejects. */
export async function openLog({ spool, about, describeGap, complain }: OpenLogOptions): Promise<OpenedLog> {
  const onSpoolFailed = (error: Error) =>
    complain(`the spool cannot be written (${error.message}); the log is kept in memory and sent on`)
  const made = (await openIn(spool, about, complain)) ?? (await openTemporary(about, complain))
  if (made === undefined)
    return { log: new LiveLog({ describeGap, onSpoolFailed }), entry: undefined, remove: async () => {} }
  const { entry, file, folder } = made
  setInterval(() => void touchEntry(entry), HEARTBEAT_MS).unref()
  const log = new LiveLog({ file, describeGap, onSpoolFailed })
  return { log, entry, remove: () => rm(folder, { recursive: true, force: true }).catch(() => {}) }
}

type Complain = OpenLogOptions['complain']
type About = OpenLogOptions['about']

async function openIn(spool: string, about: About, complain: Complain) {
  try {
    const opened = await openEntry(spool, about)
    return { ...opened, folder: opened.entry.folder }
  } catch (error) {
    complain(`the spool ${spool} cannot be written (${(error as Error).message}); a temporary one serves`)
    return undefined
  }
}

async function openTemporary(about: About, complain: Complain) {
  try {
    const folder = await mkdtemp(join(tmpdir(), 'tailrace-spool-'))
    return { ...(await openEntry(folder, about)), folder }
  } catch (error) {
    complain(`nor a temporary one (${(error as Error).message}); the log is kept in memory`)
    return undefined
  }
}

async function openEntry(spool: string, about: About) {
  const entry = await createEntry(spool, about)
  return { entry, file: await open(entry.logPath, 'r+') }
}
