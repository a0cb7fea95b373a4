import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { makeDataDirectory } from '../../store/embedded/make-data-directory.ts'
import { UNFINISHED_RESTORE_NAME } from '../../store/embedded/unfinished-restore.ts'
import { type CopyOptions, copyFile, sha256Of, syncDirectory, syncName } from './copy-file.ts'
import type { BackupFile, Manifest } from './manifest.ts'

/** What an operator may have put in place before. */
const MAY_BE_THERE: readonly string[] = ['secret.key', 'lost+found']

/**
 * Puts the files of a back-up into a data directory that is empty, or where an earlier restore of the same back-up was cut off. Every file is held
 * against its SHA-256. Rejects with an error for people, or the signal's reason; then the directory is not yet a store, and the same call goes on.
 */
export async function restoreBackup(
  backup: string,
  manifest: Manifest,
  dataDirectory: string,
  options: CopyOptions,
): Promise<void> {
  await prepare(dataDirectory, manifest)
  for (const file of manifest.files) await restoreFile(backup, file, dataDirectory, options)
  for (const part of ['journal', 'packs', '.']) await syncDirectory(join(dataDirectory, part))
  await rm(join(dataDirectory, UNFINISHED_RESTORE_NAME))
  await syncDirectory(dataDirectory)
}

async function prepare(dataDirectory: string, manifest: Manifest): Promise<void> {
  makeDataDirectory(dataDirectory)
  const names = await readdir(dataDirectory)
  if (!names.includes(UNFINISHED_RESTORE_NAME)) {
    const foreign = names.filter(name => !MAY_BE_THERE.includes(name))
    if (foreign.length > 0)
      throw new Error(`${dataDirectory} must be empty, but has ${foreign.slice(0, 3).join(', ')}.`)
    await writeFile(join(dataDirectory, UNFINISHED_RESTORE_NAME), `${manifest.taken_at}\n`, { flush: true })
    await syncDirectory(dataDirectory)
  }
  for (const part of ['journal', 'packs'])
    await mkdir(join(dataDirectory, part), { recursive: true, mode: 0o700 })
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
    throw new Error(`${from} is damaged: it has another SHA-256 than the back-up says.`)
  }
  await rename(part, to)
  await syncName(to)
}
