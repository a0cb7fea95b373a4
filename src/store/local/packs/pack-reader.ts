import { isTailraceError, TailraceError } from '../../../contract/errors.ts'
import type { Frame, PackId, PackStore } from '../../../core/ports/pack-store.ts'
import { damaged } from '../../pack/damaged.ts'
import { assertPossibleRow, checkStored, decodeFrame, readFrameIndex } from '../../pack/frame.ts'
import { frameHeaderBytes } from '../../pack/frame-header.ts'
import { limitConcurrency } from '../../pack/limit-concurrency.ts'
import { HEADER_READ_BYTES, walkFrames } from '../../pack/walk-frames.ts'
import { FilePool } from './file-pool.ts'
import type { PackDirectory, ReadableFile } from './files.ts'
import { packFileName } from './pack-file-name.ts'
import { readFailure } from './store-failure.ts'

export interface PackReaderOptions {
  readonly directory: PackDirectory
  /** Where the durable part of a pack that is being written ends; undefined for any other pack. */
  readonly endOf: (pack: PackId) => number | undefined
  readonly maxOpenFiles: number
  /** Frames read and decompressed at a time. */
  readonly maxReads: number
}

/** The reading half of the port. */
export interface PackReader extends Pick<PackStore, 'read' | 'readStored' | 'readIndex' | 'frames'> {
  /** Call when the pack's file is gone or replaced. */
  forget(pack: PackId): void
  /** Resolves when reads in progress have ended and every file is closed. */
  close(): Promise<void>
}

/** Adds the frame to the damage that `work` meets. */
async function placing<T>({ log, at, end, pack, position }: Frame, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isTailraceError(error, 'log-damaged')) throw error
    const detail = { ...error.detail, frame: { log, at, end, pack, position } }
    throw new TailraceError(error.code, error.message, detail, { cause: error })
  }
}

export function createPackReader(options: PackReaderOptions): PackReader {
  const { directory, endOf } = options
  const files = new FilePool(name => directory.openToRead(name), options.maxOpenFiles)
  const reading = limitConcurrency(options.maxReads)

  async function withPack<T>(pack: PackId, work: (file: ReadableFile) => Promise<T>): Promise<T> {
    const name = packFileName(pack)
    if (name === undefined) throw damaged(`no pack is called ${pack}`)
    return files.use(name, work).catch(error => {
      throw readFailure(error, pack)
    })
  }

  const storedOf = async (frame: Frame) => {
    assertPossibleRow(frame)
    return withPack(frame.pack, file => file.read(frame.position, frame.storedBytes))
  }

  /** The start of a frame, at least up to the end of its header. */
  const headerOf = async (frame: Frame) => {
    assertPossibleRow(frame)
    return withPack(frame.pack, async file => {
      const begin = await file.read(frame.position, Math.min(frame.storedBytes, HEADER_READ_BYTES))
      const headerBytes = frameHeaderBytes(begin)
      return headerBytes <= begin.byteLength ? begin : file.read(frame.position, headerBytes)
    })
  }

  return {
    read: frame => placing(frame, () => reading(async () => decodeFrame(await storedOf(frame), frame))),
    readStored: frame =>
      placing(frame, () =>
        reading(async () => {
          const stored = await storedOf(frame)
          checkStored(stored, frame)
          return stored
        }),
      ),
    readIndex: frame =>
      placing(frame, () => reading(async () => readFrameIndex(await headerOf(frame), frame))),
    async *frames(pack) {
      const end = endOf(pack) ?? (await withPack(pack, file => file.size()))
      // Every read borrows the file for itself, so that an unfinished walk holds none.
      const read = (position: number, length: number) =>
        withPack(pack, file => file.read(position, Math.min(length, end - position)))
      yield* walkFrames(pack, { end, read })
    },
    forget(pack) {
      const name = packFileName(pack)
      if (name !== undefined) files.forget(name)
    },
    close: () => files.close(),
  }
}
