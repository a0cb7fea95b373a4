import type { Kysely } from 'kysely'
import type { TokenStore } from '../../../core/ports/credentials.ts'
import type { Tables } from '../tables.ts'
import { tokenOf, tokenRow } from './credential-rows.ts'

/** Stores tokens in an SQL database. */
export function sqlTokens(db: Kysely<Tables>): TokenStore {
  return {
    addToken: token =>
      db.transaction().execute(async tx => {
        const { parentSha256 } = token
        if (parentSha256 !== undefined && !(await isStored(tx, parentSha256))) return
        await tx.insertInto('tokens').values(tokenRow(token)).execute()
      }),

    /**
     * The joins, not the deletions elsewhere, keep the promise when a change and a login happen at
     * the same time.
     */
    async findToken(sha256) {
      const row = await db
        .selectFrom('tokens')
        .innerJoin('users', user =>
          user
            .onRef('users.id', '=', 'tokens.user_id')
            .onRef('users.password_version', '=', 'tokens.password_version'),
        )
        .leftJoin('members', member =>
          member
            .onRef('members.user_id', '=', 'tokens.user_id')
            .onRef('members.project_id', '=', 'tokens.project_id'),
        )
        .where('tokens.sha256', '=', sha256)
        .where(({ or, eb }) =>
          or([eb('tokens.project_id', 'is', null), eb('members.roles', '=', eb.ref('tokens.roles'))]),
        )
        .selectAll('tokens')
        .executeTakeFirst()
      return row && tokenOf(row)
    },

    async revokeToken(sha256) {
      const { numDeletedRows } = await db
        .deleteFrom('tokens')
        .where('sha256', '=', sha256)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },

    async purgeTokens(expiredBeforeMs) {
      await db.deleteFrom('tokens').where('expires_at_ms', '<', expiredBeforeMs).execute()
    },
  }
}

async function isStored(db: Kysely<Tables>, sha256: string): Promise<boolean> {
  const row = await db.selectFrom('tokens').select('sha256').where('sha256', '=', sha256).executeTakeFirst()
  return row !== undefined
}
