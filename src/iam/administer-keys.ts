import { TailraceError } from '../contract/errors.ts'
import type { EpochMs } from '../contract/quantities.ts'
import { assertAdmin, assertMember, type Principal } from '../core/access/principal.ts'
import type { CredentialStores } from '../core/ports/credentials.ts'
import { newAccessKey, newSecretKey } from './new-credentials.ts'
import type { SecretBox } from './secrets/secret-box.ts'

/** An access key without its secret. */
export interface KeyDescription {
  readonly accessKey: string
  readonly userName: string
  readonly createdAtMs: EpochMs
}

/** Access keys of the caller's project: all of them for its admins, for others their own. */
export interface KeyAdministration {
  listKeys(who: Principal): Promise<readonly KeyDescription[]>

  /**
   * Makes a key for the caller or, for an admin, for another member of the project. Its secret is
   * returned only here.
   */
  createKey(who: Principal, userName?: string): Promise<KeyDescription & { readonly secretKey: string }>

  /** Ends a key at once. Rejects with `not-found` for a key that the caller may not list. */
  deleteKey(who: Principal, accessKey: string): Promise<void>
}

export interface KeyAdministrationPorts {
  readonly stores: CredentialStores
  readonly box: SecretBox
  readonly now: () => EpochMs
}

export function createKeyAdministration({ stores, box, now }: KeyAdministrationPorts): KeyAdministration {
  return {
    async listKeys(who) {
      const keys = await stores.listKeys(who.projectId, onlyOwn(who))
      const members = await stores.membersOf(who.projectId)
      const names = new Map(members.map(({ user }) => [user.id, user.name]))
      return keys.map(({ accessKey, userId, createdAtMs }) => ({
        accessKey,
        userName: names.get(userId) ?? '',
        createdAtMs,
      }))
    },

    async createKey(who, userName = who.userName) {
      onlyOwn(who)
      const userId = userName === who.userName ? who.userId : await memberId(stores, who, userName)
      const accessKey = newAccessKey()
      const secretKey = newSecretKey()
      const createdAtMs = now()
      const sealedSecretKey = box.seal(secretKey, accessKey)
      await stores.addKey({ accessKey, sealedSecretKey, userId, projectId: who.projectId, createdAtMs })
      return { accessKey, userName, createdAtMs, secretKey }
    },

    async deleteKey(who, accessKey) {
      if (!(await stores.removeKey(who.projectId, accessKey, onlyOwn(who))))
        throw new TailraceError('not-found', 'There is no such access key.')
    },
  }
}

/** The only user whose keys the caller may handle; undefined for an admin. */
function onlyOwn(who: Principal): string | undefined {
  assertMember(who)
  return who.roles.has('admin') ? undefined : who.userId
}

async function memberId(stores: CredentialStores, who: Principal, name: string): Promise<string> {
  assertAdmin(who)
  const member = (await stores.membersOf(who.projectId)).find(({ user }) => user.name === name)
  if (member === undefined) throw new TailraceError('not-found', `There is no user ${JSON.stringify(name)}.`)
  return member.user.id
}
