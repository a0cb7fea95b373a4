import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../../../contract/caught.ts'

/** The file that makes a directory a backup. Written last. */
export const MANIFEST_NAME = 'backup.json'
const FORMAT = 1

/** One file of a backup. */
export interface BackupFile {
  /** Its path in the backup, with "/". */
  readonly name: string
  readonly bytes: number
  /** 64 hexadecimal digits. */
  readonly sha256: string
}

/** What a backup holds (docs/formats/backup.md). */
export interface Manifest {
  readonly format: typeof FORMAT
  /** The version of Tailrace that made it. */
  readonly tailrace: string
  /** When the snapshot began, ISO 8601 in UTC. */
  readonly taken_at: string
  readonly files: readonly BackupFile[]
}

export const manifestOf = (tailrace: string, takenAt: Date, files: readonly BackupFile[]): Manifest => ({
  format: FORMAT,
  tailrace,
  taken_at: takenAt.toISOString(),
  files,
})

/** What people want to know about a backup. */
export interface BackupSummary {
  /** ISO 8601 in UTC. Everything acknowledged before is in the backup. */
  readonly takenAt: string
  readonly files: number
  readonly bytes: number
}

export const summaryOf = ({ taken_at, files }: Manifest): BackupSummary => ({
  takenAt: taken_at,
  files: files.length,
  bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
})

/**
 * Reads the manifest in `directory`. Rejects with an error for people when it is not a backup, or
 * is one of a newer Tailrace.
 */
export async function readManifest(directory: string): Promise<Manifest> {
  const text = await readFile(join(directory, MANIFEST_NAME), 'utf8').catch(error => {
    if (systemErrorCode(error) !== 'ENOENT') throw error
    throw new Error(`${directory} is not a backup: it has no ${MANIFEST_NAME}.`)
  })
  const manifest = asObject(text)
  if (manifest?.format !== FORMAT)
    throw new Error(`${directory} is not a backup that this version can read: see its ${MANIFEST_NAME}.`)
  for (const { name } of manifest.files) assertInside(name)
  return manifest
}

function asObject(text: string): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'files' in value && Array.isArray(value.files)
      ? (value as Manifest)
      : undefined
  } catch {
    return undefined
  }
}

const FILE_NAME = /^(?:catalog\.sqlite|(?:journal|packs)\/[A-Za-z0-9_-][A-Za-z0-9._-]*)$/

/** A manifest may have been edited: no name in it may lead out of the directory. */
function assertInside(name: unknown): void {
  if (typeof name !== 'string' || !FILE_NAME.test(name))
    throw new Error(`The backup lists a file that no store has: ${JSON.stringify(name)}.`)
}
