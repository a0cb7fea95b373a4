import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { TailraceError } from '../../../contract/errors.ts'
import type { PackStore } from '../../../core/ports/pack-store.ts'
import { packsAmong } from '../../local/packs/pack-file-name.ts'
import type { MemoryCoordination } from '../../memory/memory-coordination.ts'
import { parsePackId } from '../../pack/pack-id.ts'
import { layoutOf } from '../data-directory.ts'
import { type SnapshotPack, type SnapshotSource, takeSnapshot } from './take-snapshot.ts'

/**
 * A store as it was at one moment, while its server continues. Disposing of it removes what was
 * copied.
 */
export interface StoreSnapshot extends AsyncDisposable {
  /** Absolute path of the copies of catalog and journal, laid out as in a data directory. */
  readonly directory: string
  /** Absolute path of the live packs; those of `packs` stay until the snapshot is disposed of. */
  readonly packsDirectory: string
  readonly packs: readonly SnapshotPack[]
}

/** Rejects with `store-unavailable` while there is another one, and where copying fails. */
export type TakeSnapshot = () => Promise<StoreSnapshot>

export interface SnapshotParts extends SnapshotSource, Pick<MemoryCoordination, 'inTurn' | 'packPins'> {
  /** The data directory. */
  readonly directory: string
}

/** Snapshots of an open store, one at a time, in its own data directory. */
export function takeSnapshots({ directory, inTurn, packPins, ...source }: SnapshotParts): TakeSnapshot {
  let isTaken = false
  return async () => {
    if (isTaken)
      throw new TailraceError('store-unavailable', 'Another backup or check of this store is running.')
    isTaken = true
    await using taking = new AsyncDisposableStack()
    taking.defer(() => {
      isTaken = false
    })
    taking.use(packPins.hold())
    const copies = resolve(layoutOf(directory).snapshot)
    await removeLeftSnapshots(directory)
    taking.defer(() => removeLeftSnapshots(directory))
    const packs = await takeSnapshot(source, copies, inTurn).catch((cause: Error) => {
      const message = `The store cannot be copied within its directory: ${cause.message}`
      throw new TailraceError('store-unavailable', message, {}, { cause })
    })
    const ending = taking.move()
    return {
      directory: copies,
      packsDirectory: resolve(layoutOf(directory).packs),
      packs,
      [Symbol.asyncDispose]: () => ending.disposeAsync(),
    }
  }
}

/** Removes what a killed server left. */
export async function removeLeftSnapshots(directory: string): Promise<void> {
  await rm(layoutOf(directory).snapshot, { recursive: true, force: true })
}

/** The live packs, without those that the server began later: the snapshot has no rows of them. */
export function packsOfSnapshot(
  live: PackStore,
  snapshot: Pick<StoreSnapshot, 'packs'>,
): Pick<PackStore, 'packs' | 'frames'> {
  const known = packsAmong(snapshot.packs.map(({ name }) => name))
  const newest = Math.max(0, ...known.map(({ sequence }) => sequence))
  return {
    async *packs() {
      for await (const found of live.packs())
        if ((parsePackId(found.pack)?.sequence ?? 0) <= newest) yield found
    },
    frames: pack => live.frames(pack),
  }
}
