import type { CatalogTables } from './catalog/catalog-tables.ts'
import type { CredentialTables } from './credentials/credential-tables.ts'

/** Every table of the SQL store, as Kysely sees them. */
export interface Tables extends CatalogTables, CredentialTables {}
