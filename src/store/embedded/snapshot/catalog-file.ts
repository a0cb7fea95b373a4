import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { MIB } from '../../../contract/quantities.ts'
import type { SqliteConnection } from '../sqlite/sqlite.ts'

export const CATALOG_NAME = 'catalog.sqlite'
/** SQLite's own: a commit that makes the write-ahead log longer moves it into the database. */
const AUTOCHECKPOINT_PAGES = 1000
const CHUNK_BYTES = MIB

/** A copy under way. Disposing of it, finished or not, lets the catalog's write-ahead log move into the database again. */
export interface CatalogCopy extends AsyncDisposable {
  /** Makes the copy a catalog of this moment: every transaction that ended before is in it, whole. */
  finish(): Promise<void>
}

/**
 * The file of an open catalog, to be copied while the catalog is used. In its exclusive write-ahead mode SQLite changes the file only when
 * it moves the log into it; so the file is copied with that held back, at leisure, and the log last. Must be disposed of
 * behind the catalog: closing any descriptor of the file drops the lock of the process (POSIX).
 */
export class CatalogFile implements AsyncDisposable {
  readonly #path: string
  #file: FileHandle | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Copies all but the newest transactions into the directory. One copy at a time. Rejects with the system's error. */
  async beginCopy({ pragma }: SqliteConnection, directory: string): Promise<CatalogCopy> {
    await using beginning = new AsyncDisposableStack()
    pragma('wal_autocheckpoint = 0')
    beginning.defer(() => pragma(`wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES}`))
    this.#file ??= await open(this.#path, 'r')
    const copy = join(directory, CATALOG_NAME)
    await copyBytes(this.#file, copy)
    const ending = beginning.move()
    return {
      finish: async () => {
        await using log = await open(`${this.#path}-wal`, 'r')
        await copyBytes(log, `${copy}-wal`)
      },
      [Symbol.asyncDispose]: () => ending.disposeAsync(),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }
}

/** What the file holds at the call; what is written behind that meanwhile is left out. */
async function copyBytes(from: FileHandle, path: string): Promise<void> {
  await using to = await open(path, 'wx', 0o600)
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES)
  const { size } = await from.stat()
  for (let at = 0; at < size; ) {
    const { bytesRead } = await from.read(chunk, 0, Math.min(chunk.length, size - at), at)
    if (bytesRead === 0) return
    await to.writeFile(chunk.subarray(0, bytesRead))
    at += bytesRead
  }
}
