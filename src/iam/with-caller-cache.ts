import type { CredentialStores } from '../core/ports/credentials.ts'
import type { CallerCache } from './caller-cache.ts'

/** The same stores, of which every change that ends a credential empties the cache before it is answered, also when it is not known whether it succeeded. */
export function withCallerCache(stores: CredentialStores, cache: CallerCache): CredentialStores {
  return new Proxy(stores, {
    get(target, name) {
      const method = target[name as keyof CredentialStores] as (...args: unknown[]) => Promise<unknown>
      return ENDING.has(name)
        ? (...args: unknown[]) => method.apply(target, args).finally(() => cache.forgetAll())
        : method.bind(target)
    },
  })
}

const ENDING: ReadonlySet<string | symbol> = new Set<keyof CredentialStores>([
  'setPassword',
  'deleteUser',
  'setRoles',
  'revokeToken',
  'removeKey',
  'resealKeys',
])
