import type { ReadableFile } from './files.ts'

interface PooledFile {
  readonly opening: Promise<ReadableFile>
  users: number
  /** Nobody may find it any more; whoever uses it last closes it. */
  retired: boolean
}

/** Files kept open for reading. A file is closed only when nobody reads from it, so that no number of an open file is ever used for another. */
export interface FilePool {
  /** Lends the file to `work`. Rejects as the opening or `work` does. */
  use<T>(name: string, work: (file: ReadableFile) => Promise<T>): Promise<T>
  /** The next use opens the file anew. */
  forget(name: string): void
  /** Resolves when every file is closed, those in use after their last use; from then on none stays open. */
  close(): Promise<void>
}

/** Keeps at most `maxFiles` open, more only while more are in use at once; those used longest ago are closed first. */
export function createFilePool(open: (name: string) => Promise<ReadableFile>, maxFiles: number): FilePool {
  const files = new Map<string, PooledFile>()
  let limit = maxFiles
  const busy = new Set<Promise<void>>()

  const close = (file: PooledFile) => {
    // A file that was only read from loses nothing when closing it fails.
    const closed = file.opening.then(opened => opened.close()).catch(() => {})
    busy.add(closed)
    void closed.then(() => busy.delete(closed))
  }
  const retire = (name: string, file: PooledFile) => {
    if (files.get(name) === file) files.delete(name)
    if (file.retired) return
    file.retired = true
    if (file.users === 0) close(file)
  }
  const trim = () => {
    for (const [name, file] of files) {
      if (files.size <= limit) return
      if (file.users === 0) retire(name, file)
    }
  }
  const take = (name: string): PooledFile => {
    const file = files.get(name) ?? { opening: open(name), users: 0, retired: false }
    files.delete(name)
    files.set(name, file)
    file.users++
    return file
  }

  async function lend<T>(name: string, work: (file: ReadableFile) => Promise<T>): Promise<T> {
    const file = take(name)
    try {
      return await work(await file.opening)
    } catch (error) {
      // Whatever went wrong, the next use starts from a fresh file.
      retire(name, file)
      throw error
    } finally {
      file.users--
      if (file.retired && file.users === 0) close(file)
      trim()
    }
  }

  return {
    use(name, work) {
      const lent = lend(name, work)
      const settled = lent.then(
        () => {},
        () => {},
      )
      busy.add(settled)
      void settled.then(() => busy.delete(settled))
      return lent
    },
    forget(name) {
      const file = files.get(name)
      if (file !== undefined) retire(name, file)
    },
    async close() {
      limit = 0
      for (const [name, file] of [...files]) retire(name, file)
      while (busy.size > 0) await Promise.all(busy)
    },
  }
}
