import type { CatalogTables } from './catalog/catalog-tables.ts'
import type { CredentialTables } from './credentials/credential-tables.ts'

/** The tables of the SQL store, for Kysely. */
export interface Tables extends CatalogTables, CredentialTables {}
