/** What is where in a data directory, and whether a whole store is in it. */
import { existsSync, readdirSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { TailraceError } from '../../contract/errors.ts'
import type { DiskSpace } from '../../core/ports/capabilities.ts'
import { makeDataDirectory } from './make-data-directory.ts'

export interface Layout {
  readonly catalog: string
  readonly journal: string
  readonly packs: string
  /** Encrypts the secrets of access keys; only where no key is configured. */
  readonly secretKey: string
  /** Copies of catalog and journal while a snapshot is in use. */
  readonly snapshot: string
  /** In a directory that a backup is being restored to, or where a restore was interrupted. */
  readonly unfinishedRestore: string
}

/**
 * The paths of a store's parts. The control socket has its own rules: control/control-socket.ts.
 */
export function layoutOf(directory: string): Layout {
  return {
    catalog: join(directory, 'catalog.sqlite'),
    journal: join(directory, 'journal'),
    packs: join(directory, 'packs'),
    secretKey: join(directory, 'secret.key'),
    snapshot: join(directory, 'snapshot'),
    unfinishedRestore: join(directory, 'restore.unfinished'),
  }
}

/** Whether the directory has a store, whole or not. */
export function hasStore(directory: string): boolean {
  return existsSync(layoutOf(directory).catalog)
}

/**
 * Makes the directory fit for a store that is there or begins now. Throws `store-unavailable` where
 * it cannot be made, where a restore has not ended, and where only the catalog is missing: a new
 * one would not know the logs.
 */
export function prepareDataDirectory(directory: string): void {
  makeDataDirectory(directory)
  assertRestored(directory)
  if (hasStore(directory)) return
  const left = (['journal', 'packs'] as const).filter(part => holdsFiles(layoutOf(directory)[part]))
  if (left.length === 0) return
  const message = `${layoutOf(directory).catalog} is missing, but logs are left in its ${left.join(' and ')}: restore the whole data directory, or use another one.`
  throw new TailraceError('store-unavailable', message)
}

function holdsFiles(directory: string): boolean {
  return existsSync(directory) && readdirSync(directory).length > 0
}

/**
 * Throws `store-unavailable` where a restore has not ended, `not-found` where there is no store.
 */
export function requireStore(directory: string): void {
  assertRestored(directory)
  if (!hasStore(directory)) throw new TailraceError('not-found', `There is no store in ${directory}.`)
}

function assertRestored(directory: string): void {
  if (existsSync(layoutOf(directory).unfinishedRestore))
    throw new TailraceError(
      'store-unavailable',
      `A restore into ${directory} has not ended: run the same "tailrace restore" again.`,
    )
}

/** Space of the file system that holds the directory. Rejects with the system's error. */
export async function diskSpace(directory: string): Promise<DiskSpace> {
  const { bsize, blocks, bfree, bavail } = await statfs(directory)
  // A part that is kept back for root.
  const free = process.geteuid?.() === 0 ? bfree : bavail
  return { freeBytes: free * bsize, sizeBytes: blocks * bsize }
}
