import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Credentials } from '../../client/credentials.ts'
import { systemErrorCode } from '../../contract/caught.ts'
import { writeWholeFile } from '../../files/write-whole-file.ts'
import { type Environment, UsageError } from '../command-line/command.ts'

/** What `tailrace login` saves for one server. */
export interface Login {
  readonly url: string
  readonly credentials: Exclude<Credentials, { password: string }>
  /** For display only. */
  readonly user?: string
  readonly project?: string
  /** The user's domain, offered at the next login. */
  readonly domain?: string
  /** When the token expires, as ISO 8601. */
  readonly expires?: string
  /** The login created the access key, and the logout deletes it. */
  readonly ownsKey?: boolean
}

type Logins = Readonly<Record<string, Login>>

export const DEFAULT_PROFILE = 'default'

/** The name of the login to use: TAILRACE_PROFILE, which `--profile` sets, or `default`. */
export function profileName(env: Environment): string {
  return env.TAILRACE_PROFILE || DEFAULT_PROFILE
}

/**
 * The file of all logins: credentials.json in the user's configuration folder (XDG Base Directory).
 * undefined for a user without a home.
 */
function loginFile(env: Environment): string | undefined {
  const { XDG_CONFIG_HOME: configured, HOME: home } = env
  const folder = configured?.startsWith('/') ? configured : home && join(home, '.config')
  return folder ? join(folder, 'tailrace', 'credentials.json') : undefined
}

/**
 * The login of the profile; undefined when there is none of that name. Throws `UsageError` when
 * other users may read the file, or when it does not contain logins.
 */
export function readLogin(env: Environment): Login | undefined {
  return readLogins(env)[profileName(env)]
}

/** Names of all profiles. */
export function loginNames(env: Environment): readonly string[] {
  return Object.keys(readLogins(env))
}

/**
 * Saves the login under the profile's name, or removes it. Replaces the whole file, which only its
 * owner may read. Returns its path.
 */
export async function writeLogin(env: Environment, login: Login | undefined): Promise<string> {
  const file = loginFile(env)
  if (file === undefined) throw new UsageError('a login cannot be saved: HOME is not set')
  const { [profileName(env)]: _replaced, ...others } = readLogins(env)
  const profiles = login === undefined ? others : { ...others, [profileName(env)]: login }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  await writeWholeFile(file, `${JSON.stringify({ profiles }, null, 2)}\n`, { mode: 0o600 })
  return file
}

function readLogins(env: Environment): Logins {
  const file = loginFile(env)
  const text = file === undefined ? undefined : readOwnFile(file)
  if (text === undefined) return {}
  try {
    const { profiles } = JSON.parse(text) as { profiles: Logins }
    if (Object.values(profiles).every(({ url, credentials }) => url && credentials)) return profiles
  } catch {}
  throw new UsageError(`${file} is not a file of logins: remove it, and log in again`)
}

function readOwnFile(file: string): string | undefined {
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw new UsageError(`other users may read ${file}, which contains credentials: chmod 600 ${file}`)
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
