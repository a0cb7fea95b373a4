import type { Kysely, Transaction } from 'kysely'
import type { ProjectId } from '../../../contract/ids.ts'
import type { MemberStore, UserId } from '../../../core/ports/credentials.ts'
import type { Tables } from '../tables.ts'
import { projectOf, userOf } from './credential-rows.ts'
import { roleBits, rolesOfBits } from './role-bits.ts'

/** Stores memberships in an SQL database. */
export function sqlMembers(db: Kysely<Tables>): MemberStore {
  return {
    rolesOf: async (user, project) => rolesOfBits(await bitsOf(db, user, project)),

    async membershipsOf(user) {
      const rows = await db
        .selectFrom('members')
        .innerJoin('projects', 'projects.id', 'members.project_id')
        .innerJoin('domains', 'domains.id', 'projects.domain_id')
        .where('user_id', '=', user)
        .orderBy('projects.name')
        .selectAll('projects')
        .select(['domains.name as domain_name', 'roles'])
        .execute()
      return rows.map(row => ({ project: projectOf(row), roles: rolesOfBits(row.roles) }))
    },

    async membersOf(project) {
      const rows = await db
        .selectFrom('members')
        .innerJoin('users', 'users.id', 'members.user_id')
        .innerJoin('domains', 'domains.id', 'users.domain_id')
        .where('project_id', '=', project)
        .orderBy('users.name')
        .selectAll('users')
        .select(['domains.name as domain_name', 'roles'])
        .execute()
      return rows.map(row => ({ user: userOf(row), roles: rolesOfBits(row.roles) }))
    },

    setRoles: (user, project, roles) =>
      db.transaction().execute(async tx => {
        const bits = roleBits(roles)
        if ((await bitsOf(tx, user, project)) !== bits) await deleteOf(tx, 'tokens', user, project)
        await deleteOf(tx, 'members', user, project)
        if (bits === 0) await deleteOf(tx, 'access_keys', user, project)
        else
          await tx.insertInto('members').values({ user_id: user, project_id: project, roles: bits }).execute()
      }),
  }
}

async function bitsOf(db: Kysely<Tables>, user: UserId, project: ProjectId): Promise<number> {
  const row = await db
    .selectFrom('members')
    .select('roles')
    .where('user_id', '=', user)
    .where('project_id', '=', project)
    .executeTakeFirst()
  return row?.roles ?? 0
}

async function deleteOf(
  tx: Transaction<Tables>,
  table: 'members' | 'tokens' | 'access_keys',
  user: UserId,
  project: ProjectId,
): Promise<void> {
  await tx.deleteFrom(table).where('user_id', '=', user).where('project_id', '=', project).execute()
}
