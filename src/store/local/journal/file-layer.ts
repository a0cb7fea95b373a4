/** An open file of the journal. Failures reject with what the system says (`code` EIO, ENOSPC, …). */
export interface OpenFile {
  /** Writes at `position`; resolves to how many bytes were written, which may be fewer than given. */
  write(bytes: Uint8Array, position: number): Promise<number>
  /** Reads into `target`; resolves to how many bytes were read, 0 at the end of the file. */
  read(target: Uint8Array, position: number): Promise<number>
  /** Resolves when every write that resolved before this call, and the file's size, are durable. */
  sync(): Promise<void>
  /** In bytes. */
  size(): Promise<number>
  close(): Promise<void>
}

/** All that the journal asks of a file system: narrow, so that tests can record, break and crash it. */
export interface FileLayer {
  /** The names in a directory, which is made, durably, when it is not there. */
  list(directory: string): Promise<readonly string[]>
  /** Opens a file for reading and writing, a new one when there is none. */
  open(path: string): Promise<OpenFile>
  remove(path: string): Promise<void>
  /** Resolves when the names of the files made in the directory are durable. */
  syncDirectory(directory: string): Promise<void>
}

/** Writes all of `bytes`, however many calls that takes. */
export async function writeFully(file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const written = await file.write(done === 0 ? bytes : bytes.subarray(done), position + done)
    if (written < 1) throw new Error(`nothing could be written at ${position + done}`)
    done += written
  }
}

/** Fills all of `target`; rejects where the file ends before. */
export async function readFully(file: OpenFile, target: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const read = await file.read(done === 0 ? target : target.subarray(done), position + done)
    if (read < 1) throw new Error(`the file ends at ${position + done}`)
    done += read
  }
}
