import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorMessage } from '../../contract/caught.ts'
import { MIB } from '../../contract/quantities.ts'
import { LiveLog, type LiveLogOptions } from './live-log.ts'
import { LogSegments } from './log-segments.ts'
import { createEntry, HEARTBEAT_MS, type SpoolEntry, type SpoolMeta, touchEntry } from './spool-entry.ts'

const SEGMENT_MAX_BYTES = 16 * MIB
/** With fewer segments, too much of a full spool would be taken by one that is partly delivered. */
const SEGMENTS_MIN = 8

/** The log of a running command and, if there is one, its entry in a spool. */
export interface OpenedLog {
  readonly log: LiveLog
  readonly entry: SpoolEntry | undefined
  /** Removes its files. Never rejects. */
  remove(): Promise<void>
}

export interface OpenLogOptions extends Pick<LiveLogOptions, 'spoolMaxBytes' | 'waitMs' | 'describeGap'> {
  readonly spool: string
  readonly about: Omit<SpoolMeta, 'writer'>
  /** Called when the log cannot be kept as it should. */
  readonly warn: (text: string) => void
}

/**
 * Starts a log in the spool. If the spool cannot be written, starts it in a temporary folder, or
 * else in memory. Never rejects.
 */
export async function openLog(options: OpenLogOptions): Promise<OpenedLog> {
  const { spool, about, warn } = options
  const onSpoolFailed = (error: unknown) =>
    warn(`the spool cannot be written (${errorMessage(error)}); the log is kept in memory`)
  const made = (await openIn(spool, about, warn)) ?? (await openTemporary(about, warn))
  if (made === undefined)
    return { log: new LiveLog({ ...options, onSpoolFailed }), entry: undefined, remove: async () => {} }
  const { entry, folder } = made
  setInterval(() => void touchEntry(entry), HEARTBEAT_MS).unref()
  const segmentBytes = Math.min(SEGMENT_MAX_BYTES, Math.ceil(options.spoolMaxBytes / SEGMENTS_MIN))
  const segments = LogSegments.create(entry.folder, segmentBytes)
  const log = new LiveLog({ ...options, segments, onSpoolFailed })
  const remove = async () => {
    await segments.close()
    await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
  return { log, entry, remove }
}

type Warn = OpenLogOptions['warn']
type About = OpenLogOptions['about']

async function openIn(spool: string, about: About, warn: Warn) {
  try {
    const entry = await createEntry(spool, about)
    return { entry, folder: entry.folder }
  } catch (error) {
    warn(`the spool ${spool} cannot be written (${errorMessage(error)}); using a temporary one`)
    return undefined
  }
}

async function openTemporary(about: About, warn: Warn) {
  try {
    const folder = await mkdtemp(join(tmpdir(), 'tailrace-spool-'))
    return { entry: await createEntry(folder, about), folder }
  } catch (error) {
    warn(`a temporary spool cannot be written either (${errorMessage(error)}); the log is kept in memory`)
    return undefined
  }
}
