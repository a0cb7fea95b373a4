/**
 * The file system as the journal uses it: an interface that tests can fake, and the machine's own.
 */
import { close, constants, fdatasync, fstat, fsync, open, read, write } from 'node:fs'
import { mkdir, readdir, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** An open file of the journal. Failures reject with the system's error (`code` EIO, ENOSPC, …). */
export interface OpenFile {
  /**
   * Writes at `position`. Resolves to how many bytes were written, which may be fewer than given.
   */
  write(bytes: Uint8Array, position: number): Promise<number>
  /** Reads into `target`. Resolves to how many bytes were read; 0 at the end of the file. */
  read(target: Uint8Array, position: number): Promise<number>
  /** Resolves when the file's size, and every write that resolved before this call, are durable. */
  sync(): Promise<void>
  /** In bytes. */
  size(): Promise<number>
  close(): Promise<void>
}

/**
 * Everything that the journal needs of a file system: little, so that tests can record and break
 * it.
 */
export interface FileLayer {
  /** The names in a directory. A directory that does not exist is created, durably. */
  list(directory: string): Promise<readonly string[]>
  /** Opens a file for reading and writing; creates it if it does not exist. */
  open(path: string): Promise<OpenFile>
  remove(path: string): Promise<void>
  /** Resolves when the names of the files created in the directory are durable. */
  syncDirectory(directory: string): Promise<void>
}

/** Writes all of `bytes`, in as many calls as that takes. */
export async function writeFully(file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const written = await file.write(done === 0 ? bytes : bytes.subarray(done), position + done)
    if (written < 1) throw new Error(`nothing could be written at ${position + done}`)
    done += written
  }
}

/** Fills all of `target`. Rejects if the file ends too early. */
export async function readFully(file: OpenFile, target: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const count = await file.read(done === 0 ? target : target.subarray(done), position + done)
    if (count < 1) throw new Error(`the file ends at ${position + done}`)
    done += count
  }
}

/** The file system of the machine. */
export const nodeFileLayer: FileLayer = {
  async list(directory) {
    const created = await mkdir(directory, { recursive: true, mode: 0o700 })
    if (created !== undefined) await syncDirectory(dirname(created))
    return readdir(directory)
  },
  async open(path) {
    return new DescriptorFile(await openDescriptor(path, constants.O_RDWR | constants.O_CREAT))
  },
  remove: unlink,
  syncDirectory,
}

// Callbacks on a bare descriptor: a FileHandle costs one more promise and object on every call, and
// a stream on a shared descriptor closes it when one reader leaves.
class DescriptorFile implements OpenFile {
  readonly #fd: number

  constructor(fd: number) {
    this.#fd = fd
  }

  write(bytes: Uint8Array, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      write(this.#fd, bytes, 0, bytes.length, position, settle(resolve, reject))
    })
  }

  read(target: Uint8Array, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      read(this.#fd, target, 0, target.length, position, settle(resolve, reject))
    })
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => fdatasync(this.#fd, settle(resolve, reject)))
  }

  size(): Promise<number> {
    return new Promise((resolve, reject) => {
      fstat(this.#fd, (error, stats) => (error ? reject(error) : resolve(stats.size)))
    })
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => close(this.#fd, settle(resolve, reject)))
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const fd = await openDescriptor(directory, constants.O_RDONLY)
  try {
    await new Promise<void>((resolve, reject) => fsync(fd, settle(resolve, reject)))
  } finally {
    await new Promise<void>((resolve, reject) => close(fd, settle(resolve, reject)))
  }
}

function openDescriptor(path: string, flags: number): Promise<number> {
  return new Promise((resolve, reject) => open(path, flags, 0o600, settle(resolve, reject)))
}

function settle<T>(resolve: (value: T) => void, reject: (reason: Error) => void) {
  return (error: Error | null | undefined, value?: T) => (error ? reject(error) : resolve(value as T))
}
