/** The tables of users, keys and tokens. */
// biome-ignore lint/suspicious/noEmptyInterface: its tables come with the credentials migration
export interface CredentialTables {}
