import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely'
import type { ProjectId } from '../../../contract/ids.ts'
import type { UserStore } from '../../../core/ports/credentials.ts'
import { refuseTaken } from '../refuse-taken.ts'
import type { Tables } from '../tables.ts'
import { userOf, userRow } from './credential-rows.ts'
import { roleBits } from './role-bits.ts'

/** Stores users in an SQL database. */
export function sqlUsers(db: Kysely<Tables>): UserStore {
  return {
    async findUser(by) {
      const users = db
        .selectFrom('users')
        .innerJoin('domains', 'domains.id', 'users.domain_id')
        .selectAll('users')
        .select('domains.name as domain_name')
      const found =
        'id' in by
          ? users.where('users.id', '=', by.id)
          : users.where('domain_id', '=', by.domainId).where('users.name', '=', by.name)
      const row = await found.executeTakeFirst()
      return row && userOf(row)
    },

    createUser: (user, project, roles) =>
      db.transaction().execute(async tx => {
        const added = await tx
          .insertInto('users')
          .values(userRow(user))
          .onConflict(conflict => conflict.doNothing())
          .executeTakeFirstOrThrow()
        refuseTaken(added, `The user name ${JSON.stringify(user.name)}`)
        const member = { user_id: user.id, project_id: project, roles: roleBits(roles) }
        if (member.roles !== 0) await tx.insertInto('members').values(member).execute()
      }),

    setPassword: (user, passwordHash, onlyMemberOf) =>
      db.transaction().execute(async tx => {
        const { numUpdatedRows } = await tx
          .updateTable('users')
          .set(row => ({ password_hash: passwordHash, password_version: row('password_version', '+', 1) }))
          .where('id', '=', user)
          .where(row => (onlyMemberOf === undefined ? row.val(true) : hasNoRolesBeside(row, onlyMemberOf)))
          .executeTakeFirstOrThrow()
        if (numUpdatedRows > 0n) await tx.deleteFrom('tokens').where('user_id', '=', user).execute()
        return numUpdatedRows > 0n
      }),

    async deleteUser(user, onlyMemberOf) {
      const { numDeletedRows } = await db
        .deleteFrom('users')
        .where('id', '=', user)
        .where(row => hasNoRolesBeside(row, onlyMemberOf))
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
  }
}

function hasNoRolesBeside(row: ExpressionBuilder<Tables, 'users'>, project: ProjectId): Expression<SqlBool> {
  const elsewhere = row
    .selectFrom('members')
    .select('members.user_id')
    .whereRef('members.user_id', '=', 'users.id')
    .where('members.project_id', '<>', project)
  return row.not(row.exists(elsewhere))
}
