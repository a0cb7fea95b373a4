/**
 * The little that the pack store asks of a file system, so that tests can record every call, refuse any, and tear
 * what was not synced. Errors are the system's own, with their `code`.
 */
export interface PackDirectory {
  /** Names of the files. */
  list(): Promise<readonly string[]>
  /** Length of a file in bytes. */
  size(name: string): Promise<number>
  /** Makes a new, empty file for writing; EEXIST if there is one. */
  create(name: string): Promise<WritableFile>
  /** Opens an existing file for writing. */
  openToWrite(name: string): Promise<WritableFile>
  openToRead(name: string): Promise<ReadableFile>
  /** Removes a file; ENOENT if there is none. Files that are open can be read on. */
  remove(name: string): Promise<void>
  /** Makes files made and removed before durable as such. */
  sync(): Promise<void>
}

export interface ReadableFile {
  /** The bytes `[position, position + length)`; fewer where the file ends. */
  read(position: number, length: number): Promise<Uint8Array>
  size(): Promise<number>
  close(): Promise<void>
}

export interface WritableFile {
  /** Writes all of the chunks one after the other from `position` on. After a rejection any part may have been written. */
  write(position: number, chunks: readonly Uint8Array[]): Promise<void>
  /** Cuts the file to `bytes`. */
  truncate(bytes: number): Promise<void>
  /** Makes what was written and the file's length durable. */
  datasync(): Promise<void>
  close(): Promise<void>
}
