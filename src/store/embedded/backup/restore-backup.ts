import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncDirectory } from '../../../files/write-whole-file.ts'
import { layoutOf } from '../data-directory.ts'
import { makeDataDirectory } from '../make-data-directory.ts'
import { type CopyOptions, copyFile, sha256Of, syncName } from './copy-file.ts'
import { type BackupFile, type BackupSummary, type Manifest, readManifest, summaryOf } from './manifest.ts'

export interface RestoredBackup extends BackupSummary {
  /** Whether the store's secret key is in its file. A backup never has it. */
  readonly hasSecretKeyFile: boolean
}

/**
 * Restores a backup to a data directory that is empty, or where an earlier restore of the same
 * backup was interrupted. Checks the SHA-256 of every file. Rejects with an error for people, or
 * with the signal's reason; then no server starts in the directory, and the same call resumes.
 */
export async function restoreBackup(
  backup: string,
  dataDirectory: string,
  options: CopyOptions,
): Promise<RestoredBackup> {
  const manifest = await readManifest(backup)
  const summary = summaryOf(manifest)
  options.onTotal(summary.bytes)
  const { journal, packs, secretKey, unfinishedRestore } = layoutOf(dataDirectory)
  await prepare(dataDirectory, manifest)
  for (const file of manifest.files) await restoreFile(backup, file, dataDirectory, options)
  for (const part of [journal, packs, dataDirectory]) await syncDirectory(part)
  await rm(unfinishedRestore)
  await syncDirectory(dataDirectory)
  return { ...summary, hasSecretKeyFile: existsSync(secretKey) }
}

/** What an operator may have put there, or a file system has. */
const mayBeIn = (dataDirectory: string): readonly string[] => [
  basename(layoutOf(dataDirectory).secretKey),
  'lost+found',
]

async function prepare(dataDirectory: string, manifest: Manifest): Promise<void> {
  makeDataDirectory(dataDirectory)
  const { journal, packs, unfinishedRestore } = layoutOf(dataDirectory)
  const names = await readdir(dataDirectory)
  if (!names.includes(basename(unfinishedRestore))) {
    const foreign = names.filter(name => !mayBeIn(dataDirectory).includes(name))
    if (foreign.length > 0)
      throw new Error(`${dataDirectory} must be empty, but has ${foreign.slice(0, 3).join(', ')}.`)
    await writeFile(unfinishedRestore, `${manifest.taken_at}\n`, { flush: true })
    await syncDirectory(dataDirectory)
  }
  for (const part of [journal, packs]) await mkdir(part, { recursive: true, mode: 0o700 })
}

async function restoreFile(
  backup: string,
  { name, bytes, sha256 }: BackupFile,
  dataDirectory: string,
  options: CopyOptions,
): Promise<void> {
  const [from, to] = [join(backup, name), join(dataDirectory, name)]
  const there = await stat(to).catch(() => undefined)
  if (there?.size === bytes && (await sha256Of(to, options)) === sha256) return
  const part = join(dirname(to), `.${basename(to)}.part`)
  await rm(part, { force: true })
  const found = await copyFile(from, part, bytes, options)
  if (found !== sha256) {
    await rm(part)
    throw new Error(`${from} is damaged: its SHA-256 is not the one in the backup's list.`)
  }
  await rename(part, to)
  await syncName(to)
}
