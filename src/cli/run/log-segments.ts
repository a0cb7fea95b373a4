import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ByteOffset } from '../../contract/quantities.ts'
import { BytesLost } from './log-source.ts'

const NAME = /^log-(\d{16})$/

interface OpenSegment {
  readonly begin: ByteOffset
  readonly file: FileHandle
}

/**
 * The bytes `[from, to)` of a log as a sequence of files in one folder, each named after the offset
 * of its first byte. It grows at its end and loses whole files at its start. It has one writer and
 * one reader, which may be another process.
 */
export class LogSegments {
  readonly #folder: string
  readonly #segmentBytes: number
  /** Offsets of the first bytes of all files, in order. */
  readonly #begins: ByteOffset[]
  #to: ByteOffset
  #written: OpenSegment | undefined
  #read: OpenSegment | undefined
  #removal: Promise<unknown> = Promise.resolve()

  private constructor(folder: string, segmentBytes: number, begins: ByteOffset[], to: ByteOffset) {
    this.#folder = folder
    this.#segmentBytes = segmentBytes
    this.#begins = begins
    this.#to = to
  }

  /** An empty sequence in a folder that exists. */
  static create(folder: string, segmentBytes: number): LogSegments {
    return new LogSegments(folder, segmentBytes, [], 0)
  }

  /**
   * The sequence that a writer left, for reading. Files before a gap are ignored: their removal
   * failed. Rejects as the file system does.
   */
  static async open(folder: string): Promise<LogSegments> {
    const offsets = (await readdir(folder)).flatMap(name => NAME.exec(name)?.[1] ?? []).map(Number)
    const begins: ByteOffset[] = []
    let to: ByteOffset | undefined
    for (const begin of offsets.sort((a, b) => b - a)) {
      const end = begin + (await stat(pathOf(folder, begin))).size
      to ??= end
      if (begins.length > 0 && end !== begins[0]) break
      begins.unshift(begin)
    }
    return new LogSegments(folder, 0, begins, to ?? 0)
  }

  get from(): ByteOffset {
    return this.#begins[0] ?? this.#to
  }

  get to(): ByteOffset {
    return this.#to
  }

  /** Rejects as the file system does; `to` then says how much was written. */
  async append(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { begin, file } = await this.#writable()
      const length = Math.min(bytes.length - done, begin + this.#segmentBytes - this.#to)
      const { bytesWritten } = await file.write(bytes, done, length, this.#to - begin)
      done += bytesWritten
      this.#to += bytesWritten
    }
  }

  /**
   * Between one and `maxBytes` bytes at `from`. Rejects with `BytesLost` when it has none of them.
   */
  async read(from: ByteOffset, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const index = this.#begins.findLastIndex(begin => begin <= from)
    const begin = this.#begins[index]
    if (begin === undefined || from >= this.#to) throw new BytesLost(from)
    const bytes = new Uint8Array(Math.min(maxBytes, (this.#begins[index + 1] ?? this.#to) - from))
    const file = await this.#readable(begin)
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from - begin)
    if (bytesRead === 0) throw new BytesLost(from)
    return bytes.subarray(0, bytesRead)
  }

  /**
   * Removes the files that end before `head`, but never the last one, which says where the log
   * ends.
   */
  dropBefore(head: ByteOffset): void {
    while (this.#begins.length > 1 && this.#begins[1]! <= head) {
      const begin = this.#begins.shift()!
      if (this.#read?.begin === begin) this.#later(this.#takeRead())
      this.#later(rm(pathOf(this.#folder, begin), { force: true }))
    }
  }

  /** Resolves when all work on the files is done. Never rejects. */
  async close(): Promise<void> {
    this.#later(this.#takeRead())
    this.#later(this.#written?.file.close())
    this.#written = undefined
    await this.#removal
  }

  async #writable(): Promise<OpenSegment> {
    const current = this.#written
    if (current !== undefined && this.#to - current.begin < this.#segmentBytes) return current
    const begin = this.#to
    const file = await open(pathOf(this.#folder, begin), 'w', 0o600)
    this.#later(current?.file.close())
    this.#begins.push(begin)
    this.#written = { begin, file }
    return this.#written
  }

  async #readable(begin: ByteOffset): Promise<FileHandle> {
    if (this.#read?.begin !== begin) {
      const file = await open(pathOf(this.#folder, begin), 'r')
      this.#later(this.#takeRead())
      this.#read = { begin, file }
    }
    return this.#read.file
  }

  #takeRead(): Promise<void> | undefined {
    const file = this.#read?.file
    this.#read = undefined
    return file?.close()
  }

  /** A failure here costs space on the disk, but no byte of the log. */
  #later(work: Promise<unknown> | undefined): void {
    this.#removal = Promise.allSettled([this.#removal, work])
  }
}

function pathOf(folder: string, begin: ByteOffset): string {
  return join(folder, `log-${String(begin).padStart(16, '0')}`)
}
