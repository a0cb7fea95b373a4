/**
 * The segment files of a directory: finding those that an earlier process left, and creating new
 * ones.
 */
import { join } from 'node:path'
import { type ByteOffset, type LogId, MIB } from '../../../contract/quantities.ts'
import { type FileLayer, readFully, writeFully } from './file-layer.ts'
import {
  decodeSegmentHeader,
  type EarlierSegment,
  FIRST_RECORD_POSITION,
  type SegmentFile,
  type SegmentHeader,
} from './segment.ts'

const FILE_NAME = /^journal-(\d{6,})\.segment$/

/** What a start of the journal could not read back. Numbers are exact; ranges are half-open. */
export type JournalDamage =
  | {
      /** Bytes of a log that were stored once and are gone. The log continues at `from`. */
      readonly kind: 'lost-bytes'
      readonly log: LogId
      readonly from: ByteOffset
      readonly to: ByteOffset
      /**
       * False if a crash in the middle of a write is a possible cause; then none of it was
       * acknowledged.
       */
      readonly certain: boolean
    }
  | {
      /**
       * Acknowledged records were between these positions of a segment file. Their logs are not
       * known.
       */
      readonly kind: 'unreadable-place'
      readonly path: string
      readonly from: number
      readonly to: number
    }
  | {
      /**
       * A file that is not blank has no header. A crash during its first use is a possible cause.
       */
      readonly kind: 'unreadable-segment'
      readonly path: string
    }
  | {
      /**
       * A segment that the newest one names is missing, but an older one is there. Failed writes
       * are a possible cause.
       */
      readonly kind: 'missing-segment'
      readonly sequence: number
    }

/** A segment that counts, according to its own header and that of the newest segment. */
export interface LinkedSegment {
  readonly store: SegmentFile
  readonly header: SegmentHeader
  /** What the newest segment says about this one; undefined for the newest itself. */
  readonly bounds?: EarlierSegment
}

export interface SegmentFiles {
  /** Oldest first. */
  readonly linked: readonly LinkedSegment[]
  /** Oldest use first. */
  readonly spares: readonly SegmentFile[]
  readonly lastSequence: number
  readonly nextFileNumber: number
}

type HeadedFile = Omit<LinkedSegment, 'bounds'>

/** Opens all files of a journal and finds the segments that count. */
export async function findSegments(
  files: FileLayer,
  directory: string,
  onDamage: (damage: JournalDamage) => void,
): Promise<SegmentFiles> {
  const headed: HeadedFile[] = []
  const blank: SegmentFile[] = []
  let nextFileNumber = 1
  const names = await files.list(directory)
  // A process that was killed may have created a file without making its name durable.
  await files.syncDirectory(directory)
  for (const name of names.toSorted()) {
    const number = FILE_NAME.exec(name)?.[1]
    if (number === undefined) continue
    nextFileNumber = Math.max(nextFileNumber, Number(number) + 1)
    const { store, pages } = await openSegmentFile(files, join(directory, name))
    const header = decodeSegmentHeader(pages)
    if (header === undefined && pages.some(byte => byte !== 0))
      onDamage({ kind: 'unreadable-segment', path: store.path })
    if (header === undefined) blank.push(store)
    else headed.push({ store, header })
  }
  headed.sort((one, other) => one.header.sequence - other.header.sequence)
  const linked = chainOf(headed, onDamage)
  const used = new Set(linked.map(({ store }) => store))
  return {
    linked,
    spares: [...headed.map(({ store }) => store).filter(store => !used.has(store)), ...blank],
    lastSequence: headed.at(-1)?.header.sequence ?? 0,
    nextFileNumber,
  }
}

async function openSegmentFile(
  files: FileLayer,
  path: string,
): Promise<{ store: SegmentFile; pages: Buffer }> {
  const file = await files.open(path)
  const sizeBytes = await file.size()
  const pages = Buffer.alloc(Math.min(FIRST_RECORD_POSITION, sizeBytes))
  await readFully(file, pages, 0)
  return { store: { path, file, sizeBytes, pins: 0 }, pages }
}

/** The newest segment, preceded by those that its header names. */
function chainOf(headed: readonly HeadedFile[], onDamage: (damage: JournalDamage) => void): LinkedSegment[] {
  const newest = headed.at(-1)
  if (newest === undefined) return []
  const chain: LinkedSegment[] = []
  for (const bounds of newest.header.earlier) {
    const found = headed.find(({ header }) => header.sequence === bounds.sequence)
    if (found !== undefined) chain.push({ ...found, bounds })
    // Files are reused from the oldest on: if an older one is left, this one was not given up.
    else if (chain.length > 0) onDamage({ kind: 'missing-segment', sequence: bounds.sequence })
  }
  return [...chain, newest]
}

export interface NewSegmentFile {
  readonly directory: string
  /** The number in the file's name; no file has it yet. */
  readonly number: number
  readonly sizeBytes: number
  /** Checked between writes: when it returns true, creation stops and rejects. */
  readonly isCancelled: () => boolean
}

/**
 * Creates a file filled with zeros. When this resolves, the file and its name are durable, so that
 * writing a segment into it later changes no metadata. A file that cannot be completed is removed.
 */
export async function createSegmentFile(
  files: FileLayer,
  { directory, number, sizeBytes, isCancelled }: NewSegmentFile,
): Promise<SegmentFile> {
  const path = join(directory, `journal-${String(number).padStart(6, '0')}.segment`)
  const file = await files.open(path)
  try {
    const zeros = Buffer.alloc(Math.min(MIB, sizeBytes))
    for (let at = 0; at < sizeBytes; at += zeros.length) {
      if (isCancelled()) throw new Error('the journal is closed')
      await writeFully(file, zeros.subarray(0, sizeBytes - at), at)
    }
    await file.sync()
    await files.syncDirectory(directory)
  } catch (error) {
    await file.close().catch(() => {})
    await files.remove(path).catch(() => {})
    throw error
  }
  return { path, file, sizeBytes, pins: 0 }
}
