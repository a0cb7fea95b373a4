import { TailraceError } from '../contract/errors.ts'
import type { CredentialStores } from '../core/ports/credentials.ts'
import { requirePassword } from './names.ts'
import type { PasswordHasher } from './secrets/password-hasher.ts'

/**
 * Sets the password of any user, whatever their projects, and ends their tokens: for the owner of
 * the store itself. `newPassword` is called only once the user is found. Rejects with `not-found`
 * for an unknown user.
 */
export async function recoverPassword(
  stores: CredentialStores,
  passwords: PasswordHasher,
  name: string,
  newPassword: () => Promise<string>,
): Promise<void> {
  const domain = await stores.soleDomain()
  const user = domain && (await stores.findUser({ domainId: domain.id, name }))
  if (user === undefined) throw new TailraceError('not-found', `There is no user ${JSON.stringify(name)}.`)
  const password = requirePassword(await newPassword(), 'The password')
  await stores.setPassword(user.id, await passwords.hash(password))
}
