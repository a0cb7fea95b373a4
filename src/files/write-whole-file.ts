import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

interface WholeFileOptions {
  /** The permissions of the file, whatever the process's umask is. */
  readonly mode: number
  /** The owner of the file, if it is not the user of this process. Only root can set it. */
  readonly owner?: { readonly uid: number; readonly gid: number }
}

/**
 * Writes a file durably, whole or not at all: readers see the old content or the new, also after a
 * crash or a power cut. Only one write of a path may be in progress in a process. If it rejects,
 * with the error of the system, the old file is intact and nothing else is left.
 */
export async function writeWholeFile(
  path: string,
  content: string | Uint8Array,
  options: WholeFileOptions,
): Promise<void> {
  const draft = `${path}.${process.pid}.part`
  // A process with the same id may have been killed here.
  await rm(draft, { force: true })
  try {
    await writeDraft(draft, content, options)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw error
  }
  await syncDirectory(dirname(path))
}

async function writeDraft(
  path: string,
  content: string | Uint8Array,
  { mode, owner }: WholeFileOptions,
): Promise<void> {
  await using file = await open(path, 'wx', mode)
  await file.chmod(mode)
  if (owner !== undefined) await file.chown(owner.uid, owner.gid)
  await file.writeFile(content)
  await file.sync()
}

/** Makes durable what was created, renamed or removed in a directory. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r')
  await directory.sync()
}
