import { type FileHandle, open } from 'node:fs/promises'
import { MIB } from '../../../contract/quantities.ts'
import { layoutOf } from '../data-directory.ts'
import type { SqliteConnection } from '../sqlite/sqlite.ts'

/** SQLite's own: a commit that makes the write-ahead log longer moves it into the database. */
const AUTOCHECKPOINT_PAGES = 1000
const CHUNK_BYTES = MIB

/**
 * A copy in progress. Disposing of it, finished or not, lets the catalog's write-ahead log move
 * into the database again.
 */
export interface CatalogCopy extends AsyncDisposable {
  /**
   * Makes the copy a catalog of this moment: all transactions that ended earlier are in it, whole.
   */
  finish(): Promise<void>
}

/**
 * The file of an open catalog, which can be copied while the catalog is in use. In its exclusive
 * write-ahead mode, SQLite changes the file only when it moves the log into it. So the file is
 * copied while that is held back, and the log is copied last. Dispose of it after the catalog:
 * closing any descriptor of the file drops the lock of the process (POSIX).
 */
export class CatalogFile implements AsyncDisposable {
  readonly #path: string
  #file: FileHandle | undefined

  constructor(path: string) {
    this.#path = path
  }

  /**
   * Copies all but the newest transactions into the directory. One copy at a time. Rejects with the
   * system's error.
   */
  async beginCopy({ pragma }: SqliteConnection, directory: string): Promise<CatalogCopy> {
    await using beginning = new AsyncDisposableStack()
    pragma('wal_autocheckpoint = 0')
    beginning.defer(() => pragma(`wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES}`))
    this.#file ??= await open(this.#path, 'r')
    const copy = layoutOf(directory).catalog
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

/** Copies what the file holds now. What is written after that is left out. */
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
