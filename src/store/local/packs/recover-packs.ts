import type { PackId, RetentionDay } from '../../../core/ports/pack-store.ts'
import type { PackDirectory } from './files.ts'
import { type NamedPack, packFileName, packsAmong } from './pack-file-name.ts'
import type { OpenPack } from './pack-writer.ts'

/** Where the used part of a pack ends by the catalog's rows; 0 when no row names it. */
export type PackEnd = (pack: PackId) => Promise<number>

export interface RecoveredPacks {
  readonly open: ReadonlyMap<RetentionDay, OpenPack>
  readonly lastSequence: number
}

/**
 * What a start finds. The newest pack of each day that rows name is gone on with behind its last row; what a crash left
 * behind that is cut off. Packs newer than that have no rows and are removed, unless no newest pack has any: then the
 * catalog may be lost, and the packs are what it is rebuilt from. A pack shorter than its rows say is left as it is.
 * Rejects with the system's error or that of `packEnd`.
 */
export async function recoverPacks(
  directory: PackDirectory,
  packEnd: PackEnd,
  packBytes: number,
): Promise<RecoveredPacks> {
  const packs = packsAmong(await directory.list())
  const lastSequence = packs.reduce((highest, { sequence }) => Math.max(highest, sequence), 0)
  const open = new Map<RetentionDay, OpenPack>()
  const rowless: NamedPack[] = []
  let anyRow = false
  const settledDays = new Set<RetentionDay>()
  for (const named of packs.toReversed()) {
    if (settledDays.has(named.day)) continue
    const end = await packEnd(named.pack)
    if (end === 0) {
      rowless.push(named)
      continue
    }
    anyRow = true
    settledDays.add(named.day)
    if (await canGoOn(directory, named.pack, end, packBytes)) open.set(named.day, { pack: named.pack, end })
  }
  if (anyRow && rowless.length > 0) await removeAll(directory, rowless)
  return { open, lastSequence }
}

async function canGoOn(
  directory: PackDirectory,
  pack: PackId,
  end: number,
  packBytes: number,
): Promise<boolean> {
  const name = packFileName(pack)!
  const size = await directory.size(name)
  if (size < end) return false
  if (size > end) await cutOff(directory, name, end)
  return end < packBytes
}

async function cutOff(directory: PackDirectory, name: string, end: number): Promise<void> {
  const file = await directory.openToWrite(name)
  try {
    await file.truncate(end)
    await file.datasync()
  } finally {
    await file.close()
  }
}

async function removeAll(directory: PackDirectory, packs: readonly NamedPack[]): Promise<void> {
  for (const { pack } of packs) await directory.remove(packFileName(pack)!)
  await directory.sync()
}
