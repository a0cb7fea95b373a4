import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { TailraceError } from '../../contract/errors.ts'
import type { InTurn } from '../../core/ports/coordination.ts'
import type { MemoryPackPins } from '../memory/memory-coordination.ts'
import { type SnapshotPack, type SnapshotSource, takeSnapshot } from './snapshot/take-snapshot.ts'

/** A store as it was at one moment, while the server goes on; disposing of it removes what was copied. */
export interface StoreSnapshot extends AsyncDisposable {
  /** Absolute path of the copies: `catalog.sqlite` and `journal`. */
  readonly directory: string
  /** Absolute path of the live packs; those of `packs` stay until the snapshot is disposed of. */
  readonly packsDirectory: string
  readonly packs: readonly SnapshotPack[]
}

/** Rejects with `store-unavailable` while there is another one, and where copying fails. */
export type TakeSnapshot = () => Promise<StoreSnapshot>

export interface SnapshotParts {
  readonly dataDirectory: string
  readonly source: SnapshotSource
  readonly inTurn: InTurn
  readonly packPins: MemoryPackPins
}

/** Snapshots of an open store, one at a time, in its own data directory. */
export function takeSnapshots({ dataDirectory, source, inTurn, packPins }: SnapshotParts): TakeSnapshot {
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
    const directory = directoryIn(dataDirectory)
    await removeLeftSnapshots(dataDirectory)
    taking.defer(() => removeLeftSnapshots(dataDirectory))
    const packs = await takeSnapshot(source, directory, inTurn).catch((cause: Error) => {
      const message = `The store cannot be copied within its directory: ${cause.message}`
      throw new TailraceError('store-unavailable', message, {}, { cause })
    })
    const ending = taking.move()
    return {
      directory,
      packsDirectory: resolve(dataDirectory, 'packs'),
      packs,
      [Symbol.asyncDispose]: () => ending.disposeAsync(),
    }
  }
}

/** What a server left that was killed meanwhile. */
export async function removeLeftSnapshots(dataDirectory: string): Promise<void> {
  await rm(directoryIn(dataDirectory), { recursive: true, force: true })
}

const directoryIn = (dataDirectory: string) => resolve(dataDirectory, 'snapshot')
