import type { Kysely } from 'kysely'
import type { CredentialStores } from '../../../core/ports/credentials.ts'
import { reportFailures } from '../report-failures.ts'
import type { Tables } from '../tables.ts'
import { sqlKeys } from './sql-keys.ts'
import { sqlMembers } from './sql-members.ts'
import { sqlTenants } from './sql-tenants.ts'
import { sqlTokens } from './sql-tokens.ts'
import { sqlUsers } from './sql-users.ts'

/**
 * Implements Credentials on an SQL database. Rejects with `store-unavailable` when that fails. The
 * database's owner closes it.
 */
export function sqlCredentials(db: Kysely<Tables>): CredentialStores {
  return reportingFailures({
    ...sqlTenants(db),
    ...sqlUsers(db),
    ...sqlMembers(db),
    ...sqlTokens(db),
    ...sqlKeys(db),
  })
}

type Method = (...args: never[]) => Promise<unknown>

function reportingFailures<T extends object>(stores: T): T {
  const wrapped = Object.entries<Method>(stores as Record<string, Method>).map(
    ([name, method]) => [name, (...args: never[]) => reportFailures(() => method(...args))] as const,
  )
  return Object.fromEntries(wrapped) as T
}
