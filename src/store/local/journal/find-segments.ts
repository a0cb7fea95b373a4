import { join } from 'node:path'
import { type FileLayer, readFully } from './file-layer.ts'
import type { JournalDamage } from './journal-damage.ts'
import type { SegmentFile } from './segment.ts'
import {
  decodeSegmentHeader,
  type EarlierSegment,
  FIRST_RECORD_POSITION,
  type SegmentHeader,
} from './segment-header.ts'

const FILE_NAME = /^journal-(\d{6,})\.segment$/

/** A segment that counts, by its own header and that of the newest. */
export interface LinkedSegment {
  readonly store: SegmentFile
  readonly header: SegmentHeader
  /** What the newest says of it; undefined for the newest itself. */
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
  // A process that was killed may have made a file without making its name durable.
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

/** The newest segment, and before it those that its header names. */
function chainOf(headed: readonly HeadedFile[], onDamage: (damage: JournalDamage) => void): LinkedSegment[] {
  const newest = headed.at(-1)
  if (newest === undefined) return []
  const chain: LinkedSegment[] = []
  for (const bounds of newest.header.earlier) {
    const found = headed.find(({ header }) => header.sequence === bounds.sequence)
    if (found !== undefined) chain.push({ ...found, bounds })
    // Files are used again from the oldest on: where an older one is left, this one was not given up.
    else if (chain.length > 0) onDamage({ kind: 'missing-segment', sequence: bounds.sequence })
  }
  return [...chain, newest]
}
