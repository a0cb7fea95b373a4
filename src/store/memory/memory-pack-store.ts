import { TailraceError } from '../../contract/errors.ts'
import { MIB } from '../../contract/quantities.ts'
import type {
  Frame,
  FrameDraft,
  FrameIndex,
  PackId,
  PackStore,
  RetentionDay,
} from '../../core/ports/pack-store.ts'
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
  /** Where the packs are kept; a store that is given the packs of another one continues them. */
  readonly packs?: Map<PackId, MemoryPack>
}

class MemoryPackStore implements PackStore {
  readonly #packs: Map<PackId, MemoryPack>
  readonly #open = new Map<RetentionDay, PackId>()
  readonly #choice: PackChoice
  readonly #encoding = limitConcurrency(2)
  readonly #decoding = limitConcurrency(8)
  #disposed = false

  constructor({ packBytes = 64 * MIB, packs = new Map() }: MemoryPackStoreOptions) {
    this.#packs = packs
    let sequence = Math.max(0, ...[...packs.keys()].map(pack => parsePackId(pack)?.sequence ?? 0))
    this.#choice = {
      packBytes,
      current: day => this.#current(day),
      nextPack: day => packId(day, ++sequence),
    }
  }

  async write(drafts: readonly FrameDraft[], apart?: PackId): Promise<readonly Frame[]> {
    this.#assertOpen()
    for (const { day } of drafts) assertRetentionDay(day)
    const frames = await Promise.all(drafts.map(draft => this.#encoding(() => encodeFrame(draft))))
    this.#assertOpen()
    for (const [day, pack] of this.#open) if (pack === apart) this.#open.delete(day)
    const { rows, shares } = planAppend(
      frames.map((frame, i) => ({ frame, day: drafts[i]!.day })),
      this.#choice,
    )
    for (const { day, pack, isNew, chunks } of shares) {
      if (isNew) this.#packs.set(pack, { day, buffer: Buffer.alloc(0), storedBytes: 0 })
      this.#open.set(day, pack)
      for (const chunk of chunks) append(this.#packs.get(pack)!, chunk)
    }
    return rows
  }

  read(frame: Frame): Promise<Uint8Array> {
    return this.#decoding(async () => decodeFrame(this.#storedOf(frame), frame))
  }

  async readStored(frame: Frame): Promise<Uint8Array> {
    const stored = this.#storedOf(frame)
    checkStored(stored, frame)
    return stored
  }

  async readIndex(frame: Frame): Promise<FrameIndex> {
    return readFrameIndex(this.#storedOf(frame), frame)
  }

  async *packs() {
    this.#assertOpen()
    for (const [pack, { day, storedBytes }] of [...this.#packs]) yield { pack, day, storedBytes }
  }

  async *frames(pack: PackId) {
    this.#assertOpen()
    const bytes = bytesOf(this.#found(pack))
    yield* walkFrames(pack, {
      end: bytes.length,
      read: async (position, length) => bytes.subarray(position, position + length),
    })
  }

  async drop(pack: PackId): Promise<void> {
    this.#assertOpen()
    this.#packs.delete(pack)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true
  }

  #assertOpen(): void {
    if (this.#disposed) throw new TailraceError('store-unavailable', 'the pack store is closed')
  }

  #current(day: RetentionDay): ReturnType<PackChoice['current']> {
    const pack = this.#open.get(day)
    const found = pack === undefined ? undefined : this.#packs.get(pack)
    return pack === undefined || found === undefined ? undefined : { pack, end: found.storedBytes }
  }

  #found(pack: PackId): MemoryPack {
    const found = this.#packs.get(pack)
    if (found === undefined) throw damaged(`pack ${pack} is gone`)
    return found
  }

  #storedOf(frame: Frame): Uint8Array {
    this.#assertOpen()
    assertPossibleRow(frame)
    return bytesOf(this.#found(frame.pack)).subarray(frame.position, frame.position + frame.storedBytes)
  }
}

/** Opens a pack store in memory, with the stored form of every other store, for tests. */
export function createMemoryPackStore(options: MemoryPackStoreOptions = {}): PackStore {
  return new MemoryPackStore(options)
}

function bytesOf(pack: MemoryPack): Buffer {
  return pack.buffer.subarray(0, pack.storedBytes)
}

/** Grows the buffer by doubling. Readers of the former buffer keep what they have. */
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
