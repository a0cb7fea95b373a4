import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { TailraceError } from '../contract/errors.ts'
import { CATALOG_NAME } from '../store/local/snapshot/catalog-file.ts'
import { assertRestored } from './unfinished-restore.ts'

/** Where the catalog of a store is. */
export const catalogPath = (directory: string): string => join(directory, CATALOG_NAME)

/** Whether the directory has a store already. */
export function hasStore(directory: string): boolean {
  return existsSync(catalogPath(directory))
}

/** The path of the catalog of a whole store. Rejects with `store-unavailable` where a restore has not ended, `not-found` where there is no store. */
export async function requireStore(directory: string): Promise<string> {
  await assertRestored(directory)
  if (!hasStore(directory)) throw new TailraceError('not-found', `There is no store in ${directory}.`)
  return catalogPath(directory)
}
