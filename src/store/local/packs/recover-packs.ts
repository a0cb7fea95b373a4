import { isTailraceError } from '../../../contract/errors.ts'
import type { Frame, PackId, RetentionDay } from '../../../core/ports/pack-store.ts'
import { walkFrames } from '../../pack/walk-frames.ts'
import type { PackDirectory } from './files.ts'
import { type NamedPack, packFileName, packsAmong } from './pack-file-name.ts'
import type { OpenPack } from './pack-writer.ts'

/** Where the used part of a pack ends by the catalog's rows; 0 when no row names it. */
export type PackEnd = (pack: PackId) => Promise<number>

/**
 * Called with the complete frames of a pack that no row names, before any is deleted. `isStored`
 * resolves to whether the pack that a row names exists and is long enough. Rejects when a frame
 * must stay.
 */
export type AssertSpare = (
  frames: readonly Frame[],
  isStored: (row: Frame) => Promise<boolean>,
) => Promise<void>

export interface RecoveredPacks {
  readonly open: ReadonlyMap<RetentionDay, OpenPack>
  readonly lastSequence: number
}

/**
 * Recovers the packs at a start. The newest pack of each day that rows name continues after its
 * last row, and what a crash left after it is cut off. Newer packs have no rows and are removed,
 * unless no newest pack has any: then the catalog may be lost and the packs are needed to rebuild
 * it. A pack that is shorter than its rows say is left as it is. Rejects with the system's error or
 * that of `packEnd` or `assertSpare`; after an error of `assertSpare` nothing was changed.
 */
export async function recoverPacks(
  directory: PackDirectory,
  packEnd: PackEnd,
  assertSpare: AssertSpare | undefined,
  packBytes: number,
): Promise<RecoveredPacks> {
  const packs = packsAmong(await directory.list())
  const lastSequence = packs.reduce((highest, { sequence }) => Math.max(highest, sequence), 0)
  const named = new Map<RetentionDay, OpenPack>()
  const rowless: NamedPack[] = []
  for (const found of packs.toReversed()) {
    if (named.has(found.day)) continue
    const end = await packEnd(found.pack)
    if (end === 0) rowless.push(found)
    else named.set(found.day, { pack: found.pack, end })
  }
  const isStored = storedPlaces(directory, packs)
  if (assertSpare !== undefined)
    for (const { pack, end } of [...named.values(), ...rowless.map(({ pack }) => ({ pack, end: 0 }))])
      await assertSpare(await framesFrom(directory, pack, end), isStored)
  const open = new Map<RetentionDay, OpenPack>()
  for (const [day, { pack, end }] of named)
    if (await canGoOn(directory, pack, end, packBytes)) open.set(day, { pack, end })
  if (named.size > 0 && rowless.length > 0) await removeAll(directory, rowless)
  return { open, lastSequence }
}

function storedPlaces(
  directory: PackDirectory,
  packs: readonly NamedPack[],
): (row: Frame) => Promise<boolean> {
  const there = new Set(packs.map(({ pack }) => pack))
  const sizes = new Map<PackId, number>()
  return async ({ pack, position, storedBytes }) => {
    // A hole has no place.
    if (storedBytes === 0) return true
    if (!there.has(pack)) return false
    const size = sizes.get(pack) ?? (await directory.size(packFileName(pack)!))
    sizes.set(pack, size)
    return position + storedBytes <= size
  }
}

/** The complete frames of the pack from this position on, up to the first damage. */
async function framesFrom(directory: PackDirectory, pack: PackId, from: number): Promise<readonly Frame[]> {
  const name = packFileName(pack)!
  if ((await directory.size(name)) <= from) return []
  const file = await directory.openToRead(name)
  const frames: Frame[] = []
  try {
    const bytes = { end: await file.size(), read: file.read.bind(file) }
    for await (const frame of walkFrames(pack, bytes, from)) frames.push(frame)
  } catch (error) {
    if (!isTailraceError(error, 'log-damaged')) throw error
  } finally {
    await file.close()
  }
  return frames
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
