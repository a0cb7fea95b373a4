import { close, constants, fdatasync, fstat, fsync, open, read, write } from 'node:fs'
import { mkdir, readdir, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { FileLayer, OpenFile } from './file-layer.ts'

/** The file system of the machine. */
export const nodeFileLayer: FileLayer = {
  async list(directory) {
    const made = await mkdir(directory, { recursive: true, mode: 0o700 })
    if (made !== undefined) await syncDirectory(dirname(made))
    return readdir(directory)
  },
  async open(path) {
    return new DescriptorFile(await openDescriptor(path, constants.O_RDWR | constants.O_CREAT))
  },
  remove: unlink,
  syncDirectory,
}

// Callbacks on a bare descriptor: a FileHandle costs a promise and an object more on every read, and a stream on a
// shared descriptor closes it when one reader goes away.
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
