import { mkdtemp, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LiveLog, type LiveLogOptions } from './live-log.ts'
import { createEntry, HEARTBEAT_MS, type SpoolEntry, type SpoolMeta, touchEntry } from './spool-entry.ts'

/** A log under way and, where one could be made, its entry in a spool. */
export interface OpenedLog {
  readonly log: LiveLog
  readonly entry: SpoolEntry | undefined
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
  const opened = await firstThatWorks(
    [
      () => openEntry(spool, about),
      async () => openEntry(await mkdtemp(join(tmpdir(), 'tailrace-spool-')), about),
    ],
    (error, next) =>
      complain(
        `the spool ${spool} cannot be written (${error.message})${next ? '; a temporary one serves' : '; the log is kept in memory'}`,
      ),
  )
  if (opened === undefined) return { log: new LiveLog({ describeGap, onSpoolFailed }), entry: undefined }
  const { entry, file } = opened
  setInterval(() => void touchEntry(entry), HEARTBEAT_MS).unref()
  return { log: new LiveLog({ file, describeGap, onSpoolFailed }), entry }
}

async function openEntry(spool: string, about: Omit<SpoolMeta, 'writer'>) {
  const entry = await createEntry(spool, about)
  return { entry, file: await open(entry.logPath, 'r+') }
}

async function firstThatWorks<T>(
  ways: readonly (() => Promise<T>)[],
  onFailure: (error: Error, next: boolean) => void,
): Promise<T | undefined> {
  for (const [index, way] of ways.entries()) {
    try {
      return await way()
    } catch (error) {
      onFailure(error as Error, index + 1 < ways.length)
    }
  }
  return undefined
}
