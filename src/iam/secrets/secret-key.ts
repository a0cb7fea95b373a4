import { randomBytes } from 'node:crypto'
import { chmod, link, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorMessage, systemErrorCode } from '../../contract/caught.ts'
import { TailraceError } from '../../contract/errors.ts'
import { syncDirectory } from '../../files/write-whole-file.ts'

export interface SecretKeySource {
  /** The value of TAILRACE_SECRET_KEY, where it is set. */
  readonly given?: string | undefined
  /**
   * Read when nothing is given, and created if it is missing. Undefined where the store has no
   * place for a key file.
   */
  readonly keyFile: string | undefined
  /** False when something is already sealed, which a new key could not open. */
  readonly mayCreate: boolean
}

const BYTES = 32

/**
 * The installation's secret: 32 bytes, from the environment or from a key file that only its owner
 * may read. Rejects with `invalid-parameter`, in one line for the operator, when the secret is
 * malformed, readable by others, or missing where it is needed.
 */
export async function loadSecretKey({ given, keyFile, mayCreate }: SecretKeySource): Promise<Uint8Array> {
  if (given !== undefined) return parseSecretKey(given, 'TAILRACE_SECRET_KEY')
  if (keyFile === undefined)
    throw unusableKey('TAILRACE_SECRET_KEY must be set: this store has no place for a key file.')
  const stored = await readKeyFile(keyFile)
  if (stored !== undefined) return stored
  if (!mayCreate)
    throw unusableKey(
      `The key file ${keyFile} is missing, and the secret keys in the store cannot be read without it: restore it, or set TAILRACE_SECRET_KEY.`,
    )
  await createKeyFile(keyFile)
  return loadSecretKey({ keyFile, mayCreate: false })
}

/** Throws `invalid-parameter`, which names `source`, for a text that is not 32 bytes. */
export function parseSecretKey(text: string, source: string): Uint8Array {
  const trimmed = text.trim()
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return Buffer.from(trimmed, 'hex')
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return Buffer.from(trimmed, 'base64')
  throw unusableKey(`${source} must be ${BYTES} bytes as 64 hexadecimal digits or as base64.`)
}

/** The secret in a key file; undefined when there is no such file. Rejects like `loadSecretKey`. */
export async function readKeyFile(path: string): Promise<Uint8Array | undefined> {
  try {
    const { mode } = await stat(path)
    if ((mode & 0o077) !== 0)
      throw unusableKey(`The key file ${path} can be read by others: chmod 600 ${path}`)
    return parseSecretKey(await readFile(path, 'utf8'), `The key file ${path}`)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    if (error instanceof TailraceError) throw error
    throw unusableKey(`The key file ${path} cannot be read: ${errorMessage(error)}`)
  }
}

/** The file appears whole and durable, or not at all. One that another process made first stays. */
async function createKeyFile(path: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(`${randomBytes(BYTES).toString('hex')}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await chmod(draft, 0o600)
    await link(draft, path).catch(error => {
      if (systemErrorCode(error) !== 'EEXIST') throw error
    })
    await rm(draft)
    await syncDirectory(dirname(path))
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw unusableKey(`The key file ${path} cannot be made: ${errorMessage(error)}`)
  }
}

function unusableKey(message: string): TailraceError {
  return new TailraceError('invalid-parameter', message)
}
