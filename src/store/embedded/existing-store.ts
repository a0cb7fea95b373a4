import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { TailraceError } from '../../contract/errors.ts'
import { CATALOG_NAME } from './snapshot/catalog-file.ts'
import { assertRestored } from './unfinished-restore.ts'

/** Where the catalog of a store is. */
export const catalogPath = (directory: string): string => join(directory, CATALOG_NAME)

/** Whether the directory has a store already. */
export function hasStore(directory: string): boolean {
  return existsSync(catalogPath(directory))
}

/** Throws `store-unavailable` where logs are left of a store whose catalog is gone: a new one would know nothing of them. */
export function assertCatalogThere(directory: string): void {
  if (hasStore(directory)) return
  const left = ['journal', 'packs'].filter(part => holdsFiles(join(directory, part)))
  if (left.length === 0) return
  const message = `${catalogPath(directory)} is missing, but ${left.join(' and ')} beside it have logs: restore the whole data directory, or use another one.`
  throw new TailraceError('store-unavailable', message)
}

function holdsFiles(directory: string): boolean {
  return existsSync(directory) && readdirSync(directory).length > 0
}

/** The path of the catalog of a whole store. Rejects with `store-unavailable` where a restore has not ended, `not-found` where there is no store. */
export async function requireStore(directory: string): Promise<string> {
  await assertRestored(directory)
  if (!hasStore(directory)) throw new TailraceError('not-found', `There is no store in ${directory}.`)
  return catalogPath(directory)
}
