/** Which packs of an earlier backup a new one can share. */
import { link, open } from 'node:fs/promises'
import { join } from 'node:path'
import { errorMessage } from '../../../contract/caught.ts'
import { KIB } from '../../../contract/quantities.ts'
import { type BackupFile, readManifest } from './manifest.ts'

/** Packs that an earlier backup has, but that could not be linked. The new backup has copies. */
export interface UnlinkedPacks {
  /** How many; at least 1. */
  readonly count: number
  /** Why the first one could not be linked, for people. */
  readonly reason: string
}

/**
 * An earlier backup of the same store. Packs never change, so a new backup links those that it has,
 * and needs no second copy of them.
 */
export interface PreviousBackup {
  /**
   * Links the earlier backup's file of this pack to the path `copy`, if it is the same pack as the
   * file at `live`. Resolves to its SHA-256, or to undefined when the pack must be copied: because
   * it is new or has grown, or because linking failed, which `unlinked` reports.
   */
  link(pack: Pick<BackupFile, 'name' | 'bytes'>, live: string, copy: string): Promise<string | undefined>

  /** What could not be linked so far, although the earlier backup lists it. */
  readonly unlinked: UnlinkedPacks | undefined
}

/**
 * Reads what the backup in `directory` has. Rejects with an error for people when it is not a
 * backup that this version can read.
 */
export async function readPreviousBackup(directory: string): Promise<PreviousBackup> {
  const { files } = await readManifest(directory)
  const known = new Map(files.map(file => [file.name, file]))
  let unlinked: UnlinkedPacks | undefined
  return {
    async link({ name, bytes }, live, copy) {
      const earlier = known.get(name)
      // A pack in which frames were still being written has grown.
      if (earlier?.bytes !== bytes) return undefined
      const kept = join(directory, name)
      try {
        await assertSameEnd(kept, live, bytes)
        await link(kept, copy)
        return earlier.sha256
      } catch (error) {
        unlinked = {
          count: (unlinked?.count ?? 0) + 1,
          reason: unlinked?.reason ?? errorMessage(error),
        }
        return undefined
      }
    },

    get unlinked() {
      return unlinked
    },
  }
}

/**
 * Frames name log, offset and checksum, so two packs of the same name, length and last frames are
 * the same pack. They differ only if the store has been restored in between, which the compared
 * bytes show.
 */
const COMPARED_BYTES = 256 * KIB

async function assertSameEnd(kept: string, live: string, bytes: number): Promise<void> {
  const [a, b] = await Promise.all([lastBytes(kept, bytes), lastBytes(live, bytes)])
  if (!a.equals(b)) throw new Error(`${kept} ends with other bytes than ${live}.`)
}

async function lastBytes(path: string, end: number): Promise<Buffer> {
  await using file = await open(path, 'r')
  const from = Math.max(0, end - COMPARED_BYTES)
  const bytes = Buffer.alloc(end - from)
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
  return bytes.subarray(0, bytesRead)
}
