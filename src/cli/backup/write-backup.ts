import { link, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KIB } from '../../contract/quantities.ts'
import type { StoreSnapshot } from '../../store/embedded/store-snapshots.ts'
import { type CopyOptions, copyFile, syncDirectory, syncName } from './copy-file.ts'
import { type BackupFile, MANIFEST_NAME, type Manifest, manifestOf, readManifest } from './manifest.ts'

/** An earlier back-up, whose packs need no second copy on the same file system. */
export interface PreviousBackup {
  readonly directory: string
  /** By name. */
  readonly files: ReadonlyMap<string, BackupFile>
}

export interface BackupPlan {
  readonly target: string
  readonly previous: PreviousBackup | undefined
  readonly version: string
  readonly takenAt: Date
}

export interface WrittenBackup {
  readonly manifest: Manifest
  /** What was not copied, because the previous back-up has it. */
  readonly sharedBytes: number
}

const UNFINISHED = '.unfinished'

/** Reads the back-up that a new one builds on. Rejects like `readManifest`. */
export async function previousBackup(directory: string): Promise<PreviousBackup> {
  const { files } = await readManifest(directory)
  return { directory, files: new Map(files.map(file => [file.name, file])) }
}

/**
 * Writes a back-up of the snapshot to `target`, which must not be there: it appears whole, by one rename, when everything in it is durable.
 * Whatever ends it before takes away what was written. Rejects with the system's error or the signal's reason.
 */
export async function writeBackup(
  snapshot: StoreSnapshot,
  plan: BackupPlan,
  options: CopyOptions,
): Promise<WrittenBackup> {
  if (await exists(plan.target)) throw new Error(`${plan.target} is there already.`)
  const unfinished = `${plan.target}${UNFINISHED}`
  // What an earlier try left that was killed; the name says what it is.
  await rm(unfinished, { recursive: true, force: true })
  try {
    await mkdir(unfinished, { mode: 0o700 })
    const written = await fill(unfinished, snapshot, plan, options)
    await rename(unfinished, plan.target)
    await syncName(plan.target)
    return written
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw error
  }
}

async function fill(
  directory: string,
  snapshot: StoreSnapshot,
  { previous, version, takenAt }: BackupPlan,
  options: CopyOptions,
): Promise<WrittenBackup> {
  const files: BackupFile[] = []
  let sharedBytes = 0
  for (const part of ['journal', 'packs']) await mkdir(join(directory, part), { mode: 0o700 })
  for (const { name, bytes } of await recordsOf(snapshot)) {
    const sha256 = await copyFile(join(snapshot.directory, name), join(directory, name), bytes, options)
    files.push({ name, bytes, sha256 })
  }
  for (const { name: pack, bytes } of snapshot.packs) {
    const name = `packs/${pack}`
    const [live, copy] = [join(snapshot.packsDirectory, pack), join(directory, name)]
    const sha256 = await linked(previous, { name, bytes }, live, copy)
    if (sha256 !== undefined) {
      sharedBytes += bytes
      options.onBytes(bytes)
    }
    files.push({ name, bytes, sha256: sha256 ?? (await copyFile(live, copy, bytes, options)) })
  }
  const manifest = manifestOf(version, takenAt, files)
  await writeFile(join(directory, MANIFEST_NAME), `${JSON.stringify(manifest, undefined, 1)}\n`, {
    flush: true,
    mode: 0o600,
  })
  for (const part of ['journal', 'packs', '.']) await syncDirectory(join(directory, part))
  return { manifest, sharedBytes }
}

/** Catalog and journal. */
async function recordsOf({ directory }: StoreSnapshot): Promise<{ name: string; bytes: number }[]> {
  const segments = await readdir(join(directory, 'journal'))
  const names = ['catalog.sqlite', ...segments.toSorted().map(segment => `journal/${segment}`)]
  return Promise.all(names.map(async name => ({ name, bytes: (await stat(join(directory, name))).size })))
}

/** Gives the previous back-up's file this name too, if it is the same pack. Resolves to its SHA-256, undefined when a copy is needed. */
async function linked(
  previous: PreviousBackup | undefined,
  { name, bytes }: Pick<BackupFile, 'name' | 'bytes'>,
  live: string,
  copy: string,
): Promise<string | undefined> {
  const known = previous?.files.get(name)
  if (previous === undefined || known?.bytes !== bytes) return undefined
  const kept = join(previous.directory, name)
  try {
    if (!(await endsAlike(kept, live, bytes))) return undefined
    await link(kept, copy)
    return known.sha256
  } catch {
    // Another file system, or one without links, or the file is gone: a copy does.
    return undefined
  }
}

/** Frames name log, offset and checksum, so packs of one length whose last ones are equal are one: unless they are of different pasts, as after a restore. */
const COMPARED_BYTES = 256 * KIB

async function endsAlike(one: string, other: string, bytes: number): Promise<boolean> {
  const [a, b] = await Promise.all([lastBytes(one, bytes), lastBytes(other, bytes)])
  return a.equals(b)
}

async function lastBytes(path: string, end: number): Promise<Buffer> {
  await using file = await open(path, 'r')
  const from = Math.max(0, end - COMPARED_BYTES)
  const bytes = Buffer.alloc(end - from)
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
  return bytes.subarray(0, bytesRead)
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
