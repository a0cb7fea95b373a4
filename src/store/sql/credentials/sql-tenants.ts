import type { Kysely, Transaction } from 'kysely'
import type { Project, TenantStore, UserId } from '../../../core/ports/credentials.ts'
import { refuseTaken } from '../refuse-taken.ts'
import type { Tables } from '../tables.ts'
import { accessKeyRow, projectOf, userRow } from './credential-rows.ts'
import { ALL_ROLE_BITS } from './role-bits.ts'

/** Stores domains and projects in an SQL database. */
export function sqlTenants(db: Kysely<Tables>): TenantStore {
  return {
    establish: ({ project, admin, key }) =>
      db.transaction().execute(async tx => {
        if (!(await isEmpty(tx))) return false
        await tx.insertInto('domains').values(project.domain).execute()
        await tx.insertInto('users').values(userRow(admin)).execute()
        await insertProject(tx, project, admin.id)
        await tx.insertInto('access_keys').values(accessKeyRow(key)).execute()
        return true
      }),

    isEmpty: () => isEmpty(db),

    async findDomain(by) {
      const domains = db.selectFrom('domains').selectAll()
      const found = 'id' in by ? domains.where('id', '=', by.id) : domains.where('name', '=', by.name)
      const row = await found.executeTakeFirst()
      return row && { ...row }
    },

    async soleDomain() {
      const [first, second] = await db.selectFrom('domains').selectAll().limit(2).execute()
      return first === undefined || second !== undefined ? undefined : { ...first }
    },

    async findProject(by) {
      const projects = db
        .selectFrom('projects')
        .innerJoin('domains', 'domains.id', 'projects.domain_id')
        .selectAll('projects')
        .select('domains.name as domain_name')
      const found =
        'id' in by
          ? projects.where('projects.id', '=', by.id)
          : projects.where('domain_id', '=', by.domainId).where('projects.name', '=', by.name)
      const row = await found.executeTakeFirst()
      return row && projectOf(row)
    },

    createProject: (project, admin) => db.transaction().execute(tx => insertProject(tx, project, admin)),
  }
}

async function isEmpty(db: Kysely<Tables>): Promise<boolean> {
  return (await db.selectFrom('domains').select('id').limit(1).executeTakeFirst()) === undefined
}

async function insertProject(tx: Transaction<Tables>, project: Project, admin: UserId): Promise<void> {
  const added = await tx
    .insertInto('projects')
    .values({ id: project.id, domain_id: project.domain.id, name: project.name })
    .onConflict(conflict => conflict.doNothing())
    .executeTakeFirstOrThrow()
  refuseTaken(added, `The project name ${JSON.stringify(project.name)}`)
  await tx
    .insertInto('members')
    .values({ user_id: admin, project_id: project.id, roles: ALL_ROLE_BITS })
    .execute()
}
