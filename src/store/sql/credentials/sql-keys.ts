import type { Kysely } from 'kysely'
import type { KeyStore } from '../../../core/ports/credentials.ts'
import { refuseTaken } from '../refuse-taken.ts'
import type { Tables } from '../tables.ts'
import { accessKeyOf, accessKeyRow } from './credential-rows.ts'

/** Stores access keys in an SQL database. */
export function sqlKeys(db: Kysely<Tables>): KeyStore {
  return {
    async addKey(key) {
      const added = await db
        .insertInto('access_keys')
        .values(accessKeyRow(key))
        .onConflict(conflict => conflict.doNothing())
        .executeTakeFirstOrThrow()
      refuseTaken(added, `The access key ${key.accessKey}`)
    },

    async findKey(accessKey) {
      const row = await db
        .selectFrom('access_keys')
        .selectAll()
        .where('access_key', '=', accessKey)
        .executeTakeFirst()
      return row && accessKeyOf(row)
    },

    async listKeys(project, user) {
      let keys = db.selectFrom('access_keys').selectAll().where('project_id', '=', project)
      if (user !== undefined) keys = keys.where('user_id', '=', user)
      return (await keys.orderBy('created_at_ms').orderBy('access_key').execute()).map(accessKeyOf)
    },

    async removeKey(project, accessKey, user) {
      let key = db
        .deleteFrom('access_keys')
        .where('project_id', '=', project)
        .where('access_key', '=', accessKey)
      if (user !== undefined) key = key.where('user_id', '=', user)
      return (await key.executeTakeFirstOrThrow()).numDeletedRows > 0n
    },

    resealKeys: reseal =>
      db.transaction().execute(async tx => {
        const keys = (await tx.selectFrom('access_keys').selectAll().execute()).map(accessKeyOf)
        for (const key of keys)
          await tx
            .updateTable('access_keys')
            .set({ sealed_secret_key: reseal(key) })
            .where('access_key', '=', key.accessKey)
            .execute()
        return keys.length
      }),

    async anyKey() {
      const row = await db.selectFrom('access_keys').selectAll().limit(1).executeTakeFirst()
      return row && accessKeyOf(row)
    },
  }
}
