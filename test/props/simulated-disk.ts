import { dirname } from 'node:path'
import type { FileLayer, OpenFile } from '../../src/store/local/journal/file-layer.ts'

/** A sector is written or lost as a whole; small, so that a torn write has many shapes. */
const SECTOR_BYTES = 64

interface SimulatedFile {
  /** What a read sees. */
  cached: Buffer
  /** What a power cut leaves, apart from sectors that were being written. */
  durable: Buffer
  readonly dirty: Set<number>
  nameIsDurable: boolean
}

export interface DiskFaults {
  /** Probabilities that a write ends short, that it fails after a part, and that a sync fails. */
  shortWrite: number
  failedWrite: number
  failedSync: number
  /** This many of the next syncs fail for certain. */
  syncsToFail: number
  /** Writes that would make all files together larger fail with ENOSPC. */
  capacityBytes: number
}

/**
 * A disk in memory for tests: it takes its time, fails on demand, and forgets what was not synced
 * when its power is cut. After a failed sync the cache shows bytes that the disk may not hold, and
 * considers them written, as Linux does.
 */
export class SimulatedDisk {
  readonly faults: DiskFaults = {
    shortWrite: 0,
    failedWrite: 0,
    failedSync: 0,
    syncsToFail: 0,
    capacityBytes: Infinity,
  }
  /** What happened, in order. */
  readonly events: { readonly kind: 'write' | 'sync'; readonly path: string; readonly failed: boolean }[] = []
  readonly #files = new Map<string, SimulatedFile>()
  readonly #random: () => number
  #boot = 0

  /** `random` returns numbers in [0, 1). */
  constructor(random: () => number) {
    this.#random = random
  }

  /**
   * The disk as the next process sees it; all earlier layers are dead from `kill` or `cutPower` on.
   */
  layer(): FileLayer {
    const boot = this.#boot
    const alive = () => {
      if (boot !== this.#boot) throw systemError('EIO')
    }
    return {
      list: async directory => {
        await this.#takeTime()
        alive()
        return [...this.#files.keys()]
          .filter(path => dirname(path) === directory)
          .map(path => path.slice(directory.length + 1))
      },
      open: async path => {
        await this.#takeTime()
        alive()
        const fresh = {
          cached: Buffer.alloc(0),
          durable: Buffer.alloc(0),
          dirty: new Set<number>(),
          nameIsDurable: false,
        }
        const file = this.#files.get(path) ?? fresh
        this.#files.set(path, file)
        return this.#openFile(path, file, alive)
      },
      remove: async path => {
        await this.#takeTime()
        alive()
        this.#files.delete(path)
      },
      syncDirectory: async directory => {
        await this.#takeTime()
        alive()
        for (const [path, file] of this.#files) if (dirname(path) === directory) file.nameIsDurable = true
      },
    }
  }

  /**
   * Ends the process: its calls in progress have no effect any more; what it wrote stays in the
   * cache.
   */
  kill(): void {
    this.#boot++
  }

  /** Ends the process and loses, of what was not synced, any part. */
  cutPower(): void {
    this.kill()
    for (const [path, file] of this.#files) {
      if (!file.nameIsDurable && this.#random() < 0.5) this.#files.delete(path)
      if (this.#random() < 0.5) growDurable(file, file.cached.length)
      for (const sector of this.#survivors([...file.dirty].toSorted((one, other) => one - other))) {
        const to = Math.min((sector + 1) * SECTOR_BYTES, file.durable.length)
        file.cached.copy(file.durable, sector * SECTOR_BYTES, sector * SECTOR_BYTES, to)
      }
      file.dirty.clear()
      file.cached = Buffer.from(file.durable)
    }
  }

  /**
   * Of the sectors on their way, those that a power cut lets arrive: scattered ones, the first, the
   * last, or nearly all.
   */
  #survivors(dirty: readonly number[]): readonly number[] {
    const cut = Math.floor(this.#random() * (dirty.length + 1))
    const shapes = [
      () => dirty.filter(() => this.#random() < 0.5),
      () => dirty.slice(0, cut),
      () => dirty.slice(cut),
      () => dirty.filter((_, i) => i !== cut),
    ]
    return shapes[Math.floor(this.#random() * shapes.length)]!()
  }

  paths(): string[] {
    return [...this.#files.keys()].toSorted()
  }

  content(path: string): Buffer {
    return this.#files.get(path)!.cached
  }

  /** Changes a file without the knowledge of those who have it open. */
  replace(path: string, content: Buffer): void {
    this.#files.set(path, {
      cached: content,
      durable: Buffer.from(content),
      dirty: new Set(),
      nameIsDurable: true,
    })
  }

  /**
   * True when these bytes would be there after a power cut at this moment, whatever else it loses.
   */
  holdsDurably(bytes: Uint8Array): boolean {
    return [...this.#files.values()].some(
      ({ durable, nameIsDurable }) => nameIsDurable && durable.includes(bytes),
    )
  }

  #openFile(path: string, file: SimulatedFile, alive: () => void): OpenFile {
    return {
      write: (bytes, position) => this.#write(path, file, bytes, position, alive),
      sync: () => this.#sync(path, file, alive),
      read: async (target, position) => {
        await this.#takeTime()
        alive()
        return file.cached.copy(target, 0, position, position + target.length)
      },
      size: async () => {
        alive()
        return file.cached.length
      },
      close: async () => {},
    }
  }

  async #write(path: string, file: SimulatedFile, bytes: Uint8Array, position: number, alive: () => void) {
    await this.#takeTime()
    alive()
    const usedBytes = [...this.#files.values()].reduce((sum, { cached }) => sum + cached.length, 0)
    const growth = Math.max(0, position + bytes.length - file.cached.length)
    if (growth > 0 && usedBytes + growth > this.faults.capacityBytes) throw systemError('ENOSPC')
    const failed = this.#random() < this.faults.failedWrite
    const isPart = failed || this.#random() < this.faults.shortWrite
    const part = isPart ? Math.ceil(this.#random() * bytes.length) : bytes.length
    this.#apply(file, bytes.subarray(0, part), position)
    this.events.push({ kind: 'write', path, failed })
    if (failed) throw systemError('EIO')
    return part
  }

  #apply(file: SimulatedFile, bytes: Uint8Array, position: number): void {
    const end = position + bytes.length
    if (end > file.cached.length) file.cached = Buffer.concat([file.cached], end)
    file.cached.set(bytes, position)
    for (let sector = Math.floor(position / SECTOR_BYTES); sector * SECTOR_BYTES < end; sector++)
      file.dirty.add(sector)
  }

  async #sync(path: string, file: SimulatedFile, alive: () => void): Promise<void> {
    const failed = this.faults.syncsToFail-- > 0 || this.#random() < this.faults.failedSync
    const covered = [...file.dirty]
    const content = Buffer.from(file.cached)
    await this.#takeTime()
    alive()
    growDurable(file, content.length)
    for (const sector of covered) {
      const from = sector * SECTOR_BYTES
      const to = Math.min(from + SECTOR_BYTES, content.length)
      if (!failed || this.#random() < 0.5) content.copy(file.durable, from, from, to)
      if (file.cached.compare(content, from, to, from, to) === 0) file.dirty.delete(sector)
    }
    this.events.push({ kind: 'sync', path, failed })
    if (failed) throw systemError('EIO')
  }

  async #takeTime(): Promise<void> {
    for (let turns = Math.floor(this.#random() * 3); turns > 0; turns--)
      await new Promise(resolve => setImmediate(resolve))
  }
}

function growDurable(file: SimulatedFile, sizeBytes: number): void {
  if (sizeBytes > file.durable.length) file.durable = Buffer.concat([file.durable], sizeBytes)
}

function systemError(code: string): Error {
  return Object.assign(new Error(`simulated ${code}`), { code })
}

/** Repeatable numbers in [0, 1): the generator mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
