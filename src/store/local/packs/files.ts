/**
 * The calls of a file system that the pack store uses. Tests record every call, fail any of them,
 * and tear what was not synced. Errors are the system's own, with their `code`.
 */
export interface PackDirectory {
  /** Names of the files. */
  list(): Promise<readonly string[]>
  /** Length of a file in bytes. */
  size(name: string): Promise<number>
  /** Creates an empty file for writing. Rejects with EEXIST if it exists. */
  create(name: string): Promise<WritableFile>
  /** Opens an existing file for writing. */
  openToWrite(name: string): Promise<WritableFile>
  openToRead(name: string): Promise<ReadableFile>
  /** Removes a file. Rejects with ENOENT if it does not exist. Open files can still be read. */
  remove(name: string): Promise<void>
  /** Makes earlier creations and removals of files durable. */
  sync(): Promise<void>
}

export interface ReadableFile {
  /** The bytes `[position, position + length)`; fewer where the file ends. */
  read(position: number, length: number): Promise<Uint8Array>
  size(): Promise<number>
  close(): Promise<void>
}

export interface WritableFile {
  /**
   * Writes all chunks one after the other, starting at `position`. After a rejection any part may
   * have been written.
   */
  write(position: number, chunks: readonly Uint8Array[]): Promise<void>
  /** Cuts the file to `bytes`. */
  truncate(bytes: number): Promise<void>
  /** Makes written bytes and the file's length durable. */
  datasync(): Promise<void>
  close(): Promise<void>
}
