import { TailraceError } from '../../contract/errors.ts'
import { MIB } from '../../contract/quantities.ts'
import type { Frame, FrameDraft, PackId, PackStore, RetentionDay } from '../../core/ports/pack-store.ts'
import { damaged } from '../pack/damaged.ts'
import { assertPossibleRow, checkStored, decodeFrame, encodeFrame, readFrameIndex } from '../pack/frame.ts'
import { limitConcurrency } from '../pack/limit-concurrency.ts'
import { assertRetentionDay, packId, parsePackId } from '../pack/pack-id.ts'
import { type PackChoice, planAppend } from '../pack/plan-append.ts'
import { walkFrames } from '../pack/walk-frames.ts'

/** One pack: its bytes are the first `storedBytes` of `buffer`. */
export interface MemoryPack {
  readonly day: RetentionDay
  buffer: Buffer
  storedBytes: number
}

export interface MemoryPackStoreOptions {
  /** A pack takes no further frame once it has this many bytes. */
  readonly packBytes?: number
  /** Where the packs are kept; a store made with the packs of another goes on with them. */
  readonly packs?: Map<PackId, MemoryPack>
}

/** Keeps packs in memory, in the same stored form as every other store. For tests and servers that need not remember. */
export function createMemoryPackStore(options: MemoryPackStoreOptions = {}): PackStore {
  const { packBytes = 64 * MIB, packs = new Map<PackId, MemoryPack>() } = options
  const encoding = limitConcurrency(2)
  const decoding = limitConcurrency(8)
  const open = new Map<RetentionDay, PackId>()
  let sequence = Math.max(0, ...[...packs.keys()].map(pack => parsePackId(pack)?.sequence ?? 0))
  let disposed = false

  const assertOpen = () => {
    if (disposed) throw new TailraceError('store-unavailable', 'the pack store is closed')
  }

  const choice: PackChoice = {
    packBytes,
    current(day) {
      const pack = open.get(day)
      const found = pack === undefined ? undefined : packs.get(pack)
      return pack === undefined || found === undefined ? undefined : { pack, end: found.storedBytes }
    },
    nextPack: day => packId(day, ++sequence),
  }

  function storedOf(frame: Frame): Uint8Array {
    assertOpen()
    assertPossibleRow(frame)
    const pack = packs.get(frame.pack)
    if (pack === undefined) throw damaged(`pack ${frame.pack} is gone`)
    return bytesOf(pack).subarray(frame.position, frame.position + frame.storedBytes)
  }

  return {
    async write(drafts: readonly FrameDraft[], apart?: PackId) {
      assertOpen()
      for (const { day } of drafts) assertRetentionDay(day)
      const frames = await Promise.all(drafts.map(draft => encoding(() => encodeFrame(draft))))
      assertOpen()
      for (const [day, pack] of open) if (pack === apart) open.delete(day)
      const { rows, shares } = planAppend(
        frames.map((frame, i) => ({ frame, day: drafts[i]!.day })),
        choice,
      )
      for (const { day, pack, isNew, chunks } of shares) {
        if (isNew) packs.set(pack, { day, buffer: Buffer.alloc(0), storedBytes: 0 })
        open.set(day, pack)
        for (const chunk of chunks) append(packs.get(pack)!, chunk)
      }
      return rows
    },
    read: frame => decoding(async () => decodeFrame(storedOf(frame), frame)),
    async readStored(frame) {
      const stored = storedOf(frame)
      checkStored(stored, frame)
      return stored
    },
    readIndex: async frame => readFrameIndex(storedOf(frame), frame),
    async *packs() {
      assertOpen()
      for (const [pack, { day, storedBytes }] of [...packs]) yield { pack, day, storedBytes }
    },
    async *frames(pack) {
      assertOpen()
      const found = packs.get(pack)
      if (found === undefined) throw damaged(`pack ${pack} is gone`)
      const bytes = bytesOf(found)
      yield* walkFrames(pack, {
        end: bytes.length,
        read: async (position, length) => bytes.subarray(position, position + length),
      })
    },
    async drop(pack) {
      assertOpen()
      packs.delete(pack)
    },
    async [Symbol.asyncDispose]() {
      disposed = true
    },
  }
}

function bytesOf(pack: MemoryPack): Buffer {
  return pack.buffer.subarray(0, pack.storedBytes)
}

/** Grows by doubling; what readers hold of the former buffer stays as it is. */
function append(pack: MemoryPack, bytes: Uint8Array): void {
  const needed = pack.storedBytes + bytes.byteLength
  if (needed > pack.buffer.length) {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * pack.buffer.length))
    pack.buffer.copy(grown, 0, 0, pack.storedBytes)
    pack.buffer = grown
  }
  pack.buffer.set(bytes, pack.storedBytes)
  pack.storedBytes = needed
}
