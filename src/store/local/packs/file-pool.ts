import type { ReadableFile } from './files.ts'

interface PooledFile {
  readonly opening: Promise<ReadableFile>
  users: number
  /** No longer in the pool: its last user closes it. */
  retired: boolean
}

/**
 * Keeps files open for reading, at most `maxFiles` unless more are in use at the same time. The
 * least recently used are closed first. A file is closed only when nobody reads from it, so that
 * the number of an open file never comes to mean another file during a read.
 */
export class FilePool {
  readonly #files = new Map<string, PooledFile>()
  readonly #busy = new Set<Promise<void>>()
  readonly #open: (name: string) => Promise<ReadableFile>
  #limit: number

  constructor(open: (name: string) => Promise<ReadableFile>, maxFiles: number) {
    this.#open = open
    this.#limit = maxFiles
  }

  /**
   * Lends the file to `work`. Rejects as the opening or `work` does; then the next use opens the
   * file again.
   */
  use<T>(name: string, work: (file: ReadableFile) => Promise<T>): Promise<T> {
    const lent = this.#lend(name, work)
    this.#note(
      lent.then(
        () => {},
        () => {},
      ),
    )
    return lent
  }

  /** The next use opens the file again. */
  forget(name: string): void {
    const file = this.#files.get(name)
    if (file !== undefined) this.#retire(name, file)
  }

  /**
   * Resolves when every file is closed, those in use after their last use. From then on none stays
   * open.
   */
  async close(): Promise<void> {
    this.#limit = 0
    for (const [name, file] of [...this.#files]) this.#retire(name, file)
    while (this.#busy.size > 0) await Promise.all(this.#busy)
  }

  async #lend<T>(name: string, work: (file: ReadableFile) => Promise<T>): Promise<T> {
    const file = this.#take(name)
    try {
      return await work(await file.opening)
    } catch (error) {
      this.#retire(name, file)
      throw error
    } finally {
      file.users--
      if (file.retired && file.users === 0) this.#close(file)
      this.#trim()
    }
  }

  #take(name: string): PooledFile {
    const file = this.#files.get(name) ?? { opening: this.#open(name), users: 0, retired: false }
    this.#files.delete(name)
    this.#files.set(name, file)
    file.users++
    return file
  }

  #trim(): void {
    for (const [name, file] of this.#files) {
      if (this.#files.size <= this.#limit) return
      if (file.users === 0) this.#retire(name, file)
    }
  }

  #retire(name: string, file: PooledFile): void {
    if (this.#files.get(name) === file) this.#files.delete(name)
    if (file.retired) return
    file.retired = true
    if (file.users === 0) this.#close(file)
  }

  #close(file: PooledFile): void {
    // A file that was only read loses nothing when closing it fails.
    this.#note(file.opening.then(opened => opened.close()).catch(() => {}))
  }

  #note(work: Promise<void>): void {
    this.#busy.add(work)
    void work.then(() => this.#busy.delete(work))
  }
}
