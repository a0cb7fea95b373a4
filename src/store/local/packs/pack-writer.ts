import type { Frame, PackId, RetentionDay } from '../../../core/ports/pack-store.ts'
import { packId } from '../../pack/pack-id.ts'
import { type DatedFrame, type PackShare, planAppend } from '../../pack/plan-append.ts'
import type { PackDirectory, WritableFile } from './files.ts'
import { packFileName } from './pack-file-name.ts'
import { unavailable } from './store-failure.ts'

/**
 * A pack that accepts more frames, at `end`. Everything before it is durable, nothing after it
 * counts.
 */
export interface OpenPack {
  readonly pack: PackId
  readonly end: number
  readonly file?: WritableFile
}

export interface PackWriterOptions {
  readonly directory: PackDirectory
  /** A pack accepts no more frames once it has this many bytes. */
  readonly packBytes: number
  /** Packs that accept more frames. */
  readonly open: ReadonlyMap<RetentionDay, OpenPack>
  /** The highest sequence number that any pack has. */
  readonly lastSequence: number
}

/** Appends to packs. `append`, `finish` and `close` must not overlap. */
export interface PackWriter {
  /**
   * Makes one append and one fdatasync per pack. Resolves to the rows when everything is durable.
   * Rejects with `store-unavailable`; then no touched pack accepts more frames.
   */
  append(frames: readonly DatedFrame[]): Promise<readonly Frame[]>
  /**
   * Where the durable part of a pack that is being written ends, 0 if none is durable yet;
   * undefined for any other pack.
   */
  endOf(pack: PackId): number | undefined
  /** The pack accepts no more frames. */
  finish(pack: PackId): Promise<void>
  close(): Promise<void>
}

/** Files that stay open for the next append. Packs of other days are opened again when needed. */
const FILES_KEPT_OPEN = 16

interface Writing {
  readonly directory: PackDirectory
  /** The packs of each day that accept frames, the last written at the end. */
  readonly open: Map<RetentionDay, OpenPack>
}

export function createPackWriter(options: PackWriterOptions): PackWriter {
  const { directory, packBytes } = options
  const open = new Map(options.open)
  const writing: Writing = { directory, open }
  let inFlight: readonly PackShare[] = []
  let sequence = options.lastSequence
  const choice = {
    packBytes,
    current: (day: RetentionDay) => open.get(day),
    nextPack: (day: RetentionDay) => packId(day, ++sequence),
  }

  return {
    async append(frames) {
      const { rows, shares } = planAppend(frames, choice)
      inFlight = shares
      try {
        await storeAll(writing, shares)
      } finally {
        inFlight = []
      }
      return rows
    },
    endOf(pack) {
      const found = [...open.values()].find(one => one.pack === pack)
      return found?.end ?? inFlight.find(share => share.pack === pack)?.from
    },
    async finish(pack) {
      for (const [day, found] of open) {
        if (found.pack !== pack) continue
        open.delete(day)
        await closeQuietly(found.file)
      }
    },
    async close() {
      for (const { file } of open.values()) await closeQuietly(file)
      open.clear()
    },
  }
}

type Files = Map<PackShare, WritableFile>

/** Writes all shares, or rejects; then none of their packs accepts more frames. */
async function storeAll(writing: Writing, shares: readonly PackShare[]): Promise<void> {
  const files: Files = new Map()
  try {
    const stored = await Promise.allSettled(shares.map(share => store(writing, share, files)))
    const failed = stored.find(result => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    if (shares.some(share => share.isNew)) await writing.directory.sync()
  } catch (error) {
    for (const share of shares) await abandon(writing, share, files.get(share))
    throw unavailable('frames cannot be stored', error)
  }
  for (const share of shares) await accept(writing, share, files.get(share)!)
  await closeOldest(writing.open)
}

async function store({ directory, open }: Writing, share: PackShare, files: Files): Promise<void> {
  const name = packFileName(share.pack)!
  const kept = share.isNew ? undefined : open.get(share.day)?.file
  const file = kept ?? (await (share.isNew ? directory.create(name) : directory.openToWrite(name)))
  files.set(share, file)
  await file.write(share.from, share.chunks)
  await file.datasync()
}

async function accept({ open }: Writing, { day, pack, end }: PackShare, file: WritableFile): Promise<void> {
  const before = open.get(day)
  if (before !== undefined && before.pack !== pack) await closeQuietly(before.file)
  open.delete(day)
  open.set(day, { pack, end, file })
}

async function closeOldest(open: Map<RetentionDay, OpenPack>): Promise<void> {
  const withFile = [...open].filter(([, { file }]) => file !== undefined)
  for (const [day, { pack, end, file }] of withFile.slice(0, -FILES_KEPT_OPEN)) {
    open.set(day, { pack, end })
    await closeQuietly(file)
  }
}

/**
 * Never writes to the pack again, and frees the space of what no row will name. If that fails too,
 * those bytes are without meaning.
 */
async function abandon(
  { directory, open }: Writing,
  share: PackShare,
  file: WritableFile | undefined,
): Promise<void> {
  const kept = open.get(share.day)
  if (kept?.pack === share.pack) open.delete(share.day)
  if (file === undefined) return
  const givenBack = share.isNew ? directory.remove(packFileName(share.pack)!) : file.truncate(share.from)
  await givenBack.catch(() => {})
  await closeQuietly(file)
}

/** Closes the file. What had to be durable is synced, so a failure loses nothing. */
async function closeQuietly(file: WritableFile | undefined): Promise<void> {
  await file?.close().catch(() => {})
}
