import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from '../../../files/write-whole-file.ts'
import { layoutOf } from '../data-directory.ts'
import { openSnapshot } from '../open-embedded.ts'
import type { JournalSizes } from '../records.ts'
import type { StoreSnapshot } from '../snapshot/store-snapshots.ts'
import { type CopyOptions, copyFile, syncName } from './copy-file.ts'
import {
  type BackupFile,
  type BackupSummary,
  MANIFEST_NAME,
  type Manifest,
  manifestOf,
  summaryOf,
} from './manifest.ts'
import { type PreviousBackup, readPreviousBackup, type UnlinkedPacks } from './previous-backup.ts'

export interface BackupPlan {
  readonly target: string
  /** Directory of an earlier backup. Packs in it need no second copy on the same file system. */
  readonly previous: string | undefined
  /** The version of Tailrace. */
  readonly version: string
  /** As a server of the store would have them. */
  readonly sizes: JournalSizes
}

export interface WrittenBackup extends BackupSummary {
  /** What was not copied, because the previous backup has it. */
  readonly sharedBytes: number
  /** What was copied, although the previous backup lists it; undefined if there is nothing. */
  readonly unlinked: UnlinkedPacks | undefined
}

const UNFINISHED = '.unfinished'

/**
 * Writes a backup of the store in `dataDirectory` to `target`, which must not exist. A server may
 * run meanwhile. The target appears by one rename when everything in it is durable; after a failure
 * nothing is left. Rejects with an error for people, as `openSnapshot`, with the system's error or
 * with the signal's reason.
 */
export async function backUp(
  dataDirectory: string,
  plan: BackupPlan,
  options: CopyOptions,
): Promise<WrittenBackup> {
  const previous = plan.previous === undefined ? undefined : await readPreviousBackup(plan.previous)
  const takenAt = new Date()
  await using snapshot = await openSnapshot(dataDirectory, plan.sizes)
  options.onTotal(snapshot.packs.reduce((sum, { bytes }) => sum + bytes, 0))
  const signal = AbortSignal.any([options.signal, snapshot.lost])
  return await writeBackup(snapshot, { ...plan, previous, takenAt }, { ...options, signal })
}

interface Writing {
  readonly target: string
  readonly previous: PreviousBackup | undefined
  readonly version: string
  readonly takenAt: Date
}

async function writeBackup(
  snapshot: StoreSnapshot,
  plan: Writing,
  options: CopyOptions,
): Promise<WrittenBackup> {
  if (await exists(plan.target)) throw new Error(`${plan.target} already exists; choose a new directory`)
  const unfinished = `${plan.target}${UNFINISHED}`
  // Left by an earlier backup that was killed.
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
  { previous, version, takenAt }: Writing,
  options: CopyOptions,
): Promise<WrittenBackup> {
  const parts = layoutOf(directory)
  for (const part of [parts.journal, parts.packs]) await mkdir(part, { mode: 0o700 })
  const files: BackupFile[] = []
  for (const { name, bytes } of await recordsOf(snapshot)) {
    const sha256 = await copyFile(join(snapshot.directory, name), join(directory, name), bytes, options)
    files.push({ name, bytes, sha256 })
  }
  let sharedBytes = 0
  for (const { name: pack, bytes } of snapshot.packs) {
    const name = `packs/${pack}`
    const [live, copy] = [join(snapshot.packsDirectory, pack), join(directory, name)]
    const sha256 = await previous?.link({ name, bytes }, live, copy)
    if (sha256 !== undefined) {
      sharedBytes += bytes
      options.onBytes(bytes)
    }
    files.push({ name, bytes, sha256: sha256 ?? (await copyFile(live, copy, bytes, options)) })
  }
  const manifest = manifestOf(version, takenAt, files)
  await writeManifest(directory, manifest)
  for (const part of [parts.journal, parts.packs, directory]) await syncDirectory(part)
  return { ...summaryOf(manifest), sharedBytes, unlinked: previous?.unlinked }
}

function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify(manifest, undefined, 1)}\n`
  return writeFile(join(directory, MANIFEST_NAME), text, { flush: true, mode: 0o600 })
}

/** The files of catalog and journal, in the order of their names. */
async function recordsOf({ directory }: StoreSnapshot): Promise<{ name: string; bytes: number }[]> {
  const segments = await readdir(join(directory, 'journal'))
  const names = ['catalog.sqlite', ...segments.toSorted().map(segment => `journal/${segment}`)]
  return Promise.all(names.map(async name => ({ name, bytes: (await stat(join(directory, name))).size })))
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
