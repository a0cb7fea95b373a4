import { availableParallelism } from 'node:os'
import { TailraceError } from '../../../contract/errors.ts'
import { MIB } from '../../../contract/quantities.ts'
import type { FrameDraft, PackId, PackStore } from '../../../core/ports/pack-store.ts'
import { encodeFrame } from '../../pack/frame.ts'
import { limitConcurrency } from '../../pack/limit-concurrency.ts'
import { assertRetentionDay } from '../../pack/pack-id.ts'
import type { PackDirectory } from './files.ts'
import { packFileName, packsAmong } from './pack-file-name.ts'
import { createPackReader } from './pack-reader.ts'
import { createPackWriter, type PackWriter } from './pack-writer.ts'
import { type AssertSpare, type PackEnd, recoverPacks } from './recover-packs.ts'
import { isMissing, unavailable } from './store-failure.ts'

export interface LocalPackStoreOptions {
  readonly directory: PackDirectory
  /** Called once at the start, for packs that may accept more frames. */
  readonly packEnd: PackEnd
  /**
   * Called before anything is cut off or removed at the start. Default: everything that no row
   * names may go.
   */
  readonly assertSpare?: AssertSpare
  /** A pack accepts no more frames once it has this many bytes. */
  readonly packBytes?: number
  /** Files kept open for reading. */
  readonly maxOpenFiles?: number
  /** Frames compressed at a time. */
  readonly maxEncodings?: number
  /** Frames read and decompressed at a time. */
  readonly maxReads?: number
}

/**
 * Opens the packs of a directory (docs/formats/pack.md), which no other process may write to. What
 * a crash left after the last row of a pack is cut off. Rejects with `store-unavailable`, and as
 * `assertSpare` does.
 */
export async function openLocalPackStore(options: LocalPackStoreOptions): Promise<PackStore> {
  const { directory, packEnd, packBytes = 64 * MIB, maxOpenFiles = 64, maxReads = 8 } = options
  const found = await recoverPacks(directory, packEnd, options.assertSpare, packBytes).catch(error => {
    throw unavailable('the packs cannot be opened', error)
  })
  const writer = createPackWriter({ directory, packBytes, ...found })
  const reader = createPackReader({ directory, endOf: writer.endOf, maxOpenFiles, maxReads })
  const encoding = limitConcurrency(options.maxEncodings ?? availableParallelism())
  const inTurn = limitConcurrency(1)
  let closed = false

  const assertOpen = () => {
    if (closed) throw new TailraceError('store-unavailable', 'the pack store is closed')
  }
  const encode = async (draft: FrameDraft) => {
    assertRetentionDay(draft.day)
    return { frame: await encoding(() => encodeFrame(draft)), day: draft.day }
  }
  /** Runs `work` only while the store is open. Closing waits for work that has begun. */
  const whileOpen = async <T>(work: () => Promise<T>) => {
    assertOpen()
    return work()
  }

  return {
    async write(drafts, apart) {
      const encoded = await whileOpen(() => Promise.all(drafts.map(encode)))
      return inTurn(() =>
        whileOpen(async () => {
          if (apart !== undefined) await writer.finish(apart)
          return writer.append(encoded)
        }),
      )
    },
    read: frame => whileOpen(() => reader.read(frame)),
    readStored: frame => whileOpen(() => reader.readStored(frame)),
    readIndex: frame => whileOpen(() => reader.readIndex(frame)),
    async *packs() {
      assertOpen()
      yield* listPacks(directory, writer)
    },
    async *frames(pack) {
      assertOpen()
      yield* reader.frames(pack)
    },
    async drop(pack) {
      await inTurn(() => whileOpen(() => writer.finish(pack).then(() => removePack(directory, pack))))
      reader.forget(pack)
    },
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      await inTurn(() => writer.close())
      await reader.close()
    },
  }
}

/** The durable packs, without those dropped meanwhile. */
async function* listPacks(directory: PackDirectory, { endOf }: PackWriter): ReturnType<PackStore['packs']> {
  const names = await directory.list().catch(error => {
    throw unavailable('the packs cannot be listed', error)
  })
  for (const { pack, day } of packsAmong(names)) {
    const storedBytes = endOf(pack) ?? (await sizeOf(directory, pack))
    if (storedBytes > 0) yield { pack, day, storedBytes }
  }
}

/** The length of a pack's file, 0 when it is gone. */
async function sizeOf(directory: PackDirectory, pack: PackId): Promise<number> {
  try {
    return await directory.size(packFileName(pack)!)
  } catch (error) {
    if (isMissing(error)) return 0
    throw unavailable(`pack ${pack} cannot be examined`, error)
  }
}

async function removePack(directory: PackDirectory, pack: PackId): Promise<void> {
  const name = packFileName(pack)
  if (name === undefined) return
  try {
    await directory.remove(name)
    await directory.sync()
  } catch (error) {
    if (!isMissing(error)) throw unavailable(`pack ${pack} cannot be removed`, error)
  }
}
