import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { errorMessage, systemErrorCode } from '../../contract/caught.ts'
import { TailraceError } from '../../contract/errors.ts'

/**
 * Makes a data directory and its parents where they are missing, each for its owner alone. Throws
 * `store-unavailable` where that is not possible.
 */
export function makeDataDirectory(path: string): void {
  try {
    makeMissing(path)
  } catch (error) {
    const message = `The data directory ${path} cannot be made: ${errorMessage(error)}`
    throw new TailraceError('store-unavailable', message, {}, { cause: error })
  }
}

/**
 * Node's recursive mkdir loops for ever where a file system answers ENOENT below a directory that
 * exists, as /proc does.
 */
function makeMissing(path: string): void {
  const missing: string[] = []
  for (let at = resolve(path); !exists(at); at = dirname(at)) missing.unshift(at)
  for (const each of missing) makeOne(each)
  // The error then says that the path is not a directory.
  if (missing.length === 0 && !isDirectory(path)) mkdirSync(path)
}

/** Another process may make it at the same time. */
function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST' || !isDirectory(path)) throw error
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
