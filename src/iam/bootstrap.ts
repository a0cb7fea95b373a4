import { TailraceError } from '../contract/errors.ts'
import type { EpochMs } from '../contract/quantities.ts'
import type { CredentialStores } from '../core/ports/credentials.ts'
import { requireName, requirePassword } from './names.ts'
import { newAccessKey, newId, newPassword, newSecretKey } from './new-credentials.ts'
import type { PasswordHasher } from './secrets/password-hasher.ts'
import type { SecretBox } from './secrets/secret-box.ts'

/** The values of TAILRACE_BOOTSTRAP_… variables. Missing ones are generated. */
export interface BootstrapWishes {
  readonly domain?: string | undefined
  readonly project?: string | undefined
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly ak?: string | undefined
  readonly sk?: string | undefined
}

/** What the first start created, in clear text: to be shown once, and nowhere else. */
export interface FirstCredentials {
  readonly domain: string
  readonly project: string
  readonly projectId: string
  readonly user: string
  readonly password: string
  readonly accessKey: string
  readonly secretKey: string
  /** Whether some of the secrets were generated, so that nobody knows them yet. */
  readonly madeSecrets: boolean
}

export interface BootstrapPorts {
  readonly stores: CredentialStores
  readonly passwords: PasswordHasher
  readonly box: SecretBox
  readonly now: () => EpochMs
}

const ACCESS_KEY = /^[A-Za-z0-9_-]{8,64}$/
const SECRET_KEY = /^[\x21-\x7e]{16,256}$/

/**
 * Creates a domain, a project, and an admin with a password and an access key in an empty store.
 * Resolves to what was created, or to undefined, having done nothing, when the store already has a
 * domain. Rejects with `invalid-parameter`, which names the variable, for an unusable value.
 */
export async function bootstrap(
  { stores, passwords, box, now }: BootstrapPorts,
  wishes: BootstrapWishes,
): Promise<FirstCredentials | undefined> {
  if (!(await stores.isEmpty())) return undefined
  const first = firstCredentials(wishes)
  const domain = { id: newId(), name: first.domain }
  const project = { id: first.projectId, name: first.project, domain }
  const userId = newId()
  const established = await stores.establish({
    project,
    admin: {
      id: userId,
      name: first.user,
      domain,
      passwordHash: await passwords.hash(first.password),
      passwordVersion: 1,
    },
    key: {
      accessKey: first.accessKey,
      sealedSecretKey: box.seal(first.secretKey, first.accessKey),
      userId,
      projectId: project.id,
      createdAtMs: now(),
    },
  })
  return established ? first : undefined
}

function firstCredentials(wishes: BootstrapWishes): FirstCredentials {
  const { domain = 'tailrace', project = 'default', user = 'admin' } = wishes
  const { password = newPassword(), ak = newAccessKey(), sk = newSecretKey() } = wishes
  if ((wishes.ak === undefined) !== (wishes.sk === undefined))
    throw invalid('TAILRACE_BOOTSTRAP_AK and TAILRACE_BOOTSTRAP_SK must be set together.')
  if (!ACCESS_KEY.test(ak))
    throw invalid('TAILRACE_BOOTSTRAP_AK must be 8 to 64 letters, digits, hyphens or underscores.')
  if (!SECRET_KEY.test(sk)) throw invalid('TAILRACE_BOOTSTRAP_SK must be 16 to 256 visible ASCII characters.')
  return {
    domain: requireName(domain, 'TAILRACE_BOOTSTRAP_DOMAIN'),
    project: requireName(project, 'TAILRACE_BOOTSTRAP_PROJECT'),
    projectId: newId(),
    user: requireName(user, 'TAILRACE_BOOTSTRAP_USER'),
    password: requirePassword(password, 'TAILRACE_BOOTSTRAP_PASSWORD'),
    accessKey: ak,
    secretKey: sk,
    madeSecrets: wishes.password === undefined || wishes.ak === undefined,
  }
}

function invalid(message: string): TailraceError {
  return new TailraceError('invalid-parameter', message)
}
