import { close, fdatasync, fstat, ftruncate, open, read, writev } from 'node:fs'
import * as fs from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { PackDirectory, ReadableFile, WritableFile } from './files.ts'

const openFile = promisify(open)
const closeFile = promisify(close)
const datasyncFile = promisify(fdatasync)
const truncateFile = promisify(ftruncate)
const statFile = promisify(fstat)

/**
 * Opens a directory on disk, and creates it with its parents if it does not exist. Rejects with the
 * system's error.
 */
export async function openPackDirectory(path: string): Promise<PackDirectory> {
  await makeDirectory(path)
  return {
    list: () => fs.readdir(path),
    size: async name => (await fs.stat(join(path, name))).size,
    create: async name => writable(await openFile(join(path, name), 'wx', 0o600)),
    openToWrite: async name => writable(await openFile(join(path, name), 'r+')),
    openToRead: async name => readable(await openFile(join(path, name), 'r')),
    remove: name => fs.unlink(join(path, name)),
    sync: () => syncDirectory(path),
  }
}

async function makeDirectory(path: string): Promise<void> {
  const firstMade = await fs.mkdir(path, { recursive: true, mode: 0o700 })
  if (firstMade === undefined) return
  const top = dirname(firstMade)
  for (let made = dirname(resolve(path)); ; made = dirname(made)) {
    await syncDirectory(made)
    if (made === top || made === dirname(made)) return
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await fs.open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

function readable(fd: number): ReadableFile {
  return {
    async read(position, length) {
      const bytes = Buffer.allocUnsafeSlow(length)
      let got = 0
      while (got < length) {
        const more = await readSome(fd, bytes, got, position + got)
        if (more === 0) break
        got += more
      }
      return bytes.subarray(0, got)
    },
    size: async () => (await statFile(fd)).size,
    close: () => closeFile(fd),
  }
}

function writable(fd: number): WritableFile {
  return {
    async write(position, chunks) {
      let rest = chunks.filter(chunk => chunk.byteLength > 0)
      let at = position
      while (rest.length > 0) {
        const written = await writeSome(fd, rest, at)
        at += written
        rest = afterBytes(rest, written)
      }
    },
    truncate: bytes => truncateFile(fd, bytes),
    datasync: () => datasyncFile(fd),
    close: () => closeFile(fd),
  }
}

function readSome(fd: number, into: Buffer, offset: number, position: number): Promise<number> {
  return new Promise((done, fail) =>
    read(fd, into, offset, into.length - offset, position, (error, bytes) =>
      error === null ? done(bytes) : fail(error),
    ),
  )
}

function writeSome(fd: number, chunks: readonly Uint8Array[], position: number): Promise<number> {
  return new Promise((done, fail) =>
    writev(fd, [...chunks], position, (error, bytes) => (error === null ? done(bytes) : fail(error))),
  )
}

/** The rest of the chunks after their first `bytes` bytes. */
function afterBytes(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes
  const rest: Uint8Array[] = []
  for (const chunk of chunks) {
    if (skip >= chunk.byteLength) skip -= chunk.byteLength
    else {
      rest.push(chunk.subarray(skip))
      skip = 0
    }
  }
  return rest
}
