import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Credentials } from '../../client/credentials.ts'
import { systemErrorCode } from '../../contract/caught.ts'
import { writeWholeFile } from '../../files/write-whole-file.ts'
import { UsageError } from '../command-line/command.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What `tailrace login` keeps of one server. */
export interface Login {
  readonly url: string
  readonly credentials: Exclude<Credentials, { password: string }>
  /** For people: who and where. */
  readonly user?: string
  readonly project?: string
  /** The user's: offered at the next login. */
  readonly domain?: string
  /** When the token ends, as ISO 8601. */
  readonly expires?: string
  /** The access key was made by the login, and ends with the logout. */
  readonly ownsKey?: boolean
}

type Logins = Readonly<Record<string, Login>>

export const DEFAULT_PROFILE = 'default'

/** Which login is meant: TAILRACE_PROFILE, which `--profile` sets, or `default`. */
export function profileName(env: Environment): string {
  return env.TAILRACE_PROFILE || DEFAULT_PROFILE
}

/** Where logins are kept: credentials.json in the user's folder for configuration (XDG Base Directory); undefined for a user without a home. */
function loginFile(env: Environment): string | undefined {
  const { XDG_CONFIG_HOME: configured, HOME: home } = env
  const folder = configured?.startsWith('/') ? configured : home && join(home, '.config')
  return folder ? join(folder, 'tailrace', 'credentials.json') : undefined
}

/** The login of the profile; undefined when there is none of that name. Throws `UsageError` for a file that others may read, or that is none of ours. */
export function readLogin(env: Environment): Login | undefined {
  return readLogins(env)[profileName(env)]
}

/** Names of all profiles. */
export function loginNames(env: Environment): readonly string[] {
  return Object.keys(readLogins(env))
}

/** Keeps the login under the profile's name, or removes it; the file is replaced as a whole, and for its owner alone. */
export async function writeLogin(env: Environment, login: Login | undefined): Promise<string> {
  const file = loginFile(env)
  if (file === undefined) throw new UsageError('there is no place for a login: HOME is not set')
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
  throw new UsageError(`${file} holds no logins: remove it, and log in again`)
}

function readOwnFile(file: string): string | undefined {
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw new UsageError(`others may read ${file}, which holds credentials: chmod 600 ${file}`)
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
