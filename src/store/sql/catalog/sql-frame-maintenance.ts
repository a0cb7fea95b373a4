import { type Kysely, sql, type Transaction } from 'kysely'
import type { LogId } from '../../../contract/quantities.ts'
import type { FrameMaintenance, FrameMove } from '../../../core/ports/frame-maintenance.ts'
import type { Frame, PackId } from '../../../core/ports/pack-store.ts'
import { compileOnce } from '../compile-once.ts'
import { integersOf } from '../dialect.ts'
import { reportFailures } from '../report-failures.ts'
import type { Tables } from '../tables.ts'
import { packExtender } from './add-frames.ts'

/** Implements FrameMaintenance on an SQL database. The database's owner closes it. */
export function sqlFrameMaintenance(db: Kysely<Tables>): FrameMaintenance {
  const moveFrames = frameMover(db)
  return {
    removeFrames: (...wanted) => reportFailures(() => removeFrames(db, ...wanted)),
    moveFrames: moves => reportFailures(() => moveFrames(moves)),
    sparsePacks: limit =>
      reportFailures(async () => {
        const rows = await db
          .selectFrom('packs')
          .select(['name as pack', 'end_position as endPosition', 'live_bytes as liveBytes'])
          .where(sql<boolean>`live_bytes * 2 < end_position`)
          .orderBy('live_bytes')
          .limit(limit)
          .execute()
        return rows.map(row => ({ ...row }))
      }),
    liveBytes: pack =>
      reportFailures(async () => {
        const row = await db
          .selectFrom('packs')
          .select('live_bytes')
          .where('name', '=', pack)
          .executeTakeFirst()
        return row?.live_bytes ?? 0
      }),
    forgetPack: pack =>
      reportFailures(async () => {
        await db.deleteFrom('packs').where('name', '=', pack).where('live_bytes', '=', 0).execute()
      }),
  }
}

function removeFrames(db: Kysely<Tables>, logs: readonly LogId[], limit: number): Promise<number> {
  return db.transaction().execute(async trx => {
    const some = trx
      .selectFrom('frames')
      .select(['log', 'at'])
      .where('log', 'in', integersOf(db, JSON.stringify(logs)) as never)
      .limit(limit)
    const removed = await trx
      .deleteFrom('frames')
      .where(sql<boolean>`(log, at) in (${some})`)
      .returning(['pack', 'stored_bytes'])
      .execute()
    for (const [pack, bytes] of bytesByPack(removed)) await leavePack(trx, pack, bytes)
    return removed.length
  })
}

function bytesByPack(rows: readonly { pack: number; stored_bytes: number }[]): Map<number, number> {
  const bytes = new Map<number, number>()
  for (const { pack, stored_bytes } of rows) bytes.set(pack, (bytes.get(pack) ?? 0) + stored_bytes)
  return bytes
}

async function leavePack(trx: Transaction<Tables>, pack: number, bytes: number): Promise<void> {
  await trx
    .updateTable('packs')
    .set(eb => ({ live_bytes: eb('live_bytes', '-', bytes) }))
    .where('id', '=', pack)
    .execute()
}

function frameMover(db: Kysely<Tables>) {
  const extendPack = packExtender(db)
  const move = compileOnce<{
    log: LogId
    at: number
    oldPack: number
    oldPosition: number
    pack: number
    position: number
    storedBytes: number
  }>()(value =>
    db
      .updateTable('frames')
      .set({ pack: value('pack'), position: value('position'), stored_bytes: value('storedBytes') })
      .where('log', '=', value('log'))
      .where('at', '=', value('at'))
      .where('pack', '=', value('oldPack'))
      .where('position', '=', value('oldPosition'))
      .returning('log'),
  )
  return (moves: readonly FrameMove[]) =>
    db.transaction().execute(async trx => {
      const old = await packNumbers(trx, [...new Set(moves.map(({ from }) => from.pack))])
      const fresh = new Map<PackId, number>()
      let moved = 0
      for (const { from, to } of moves) {
        const oldPack = old.get(from.pack)
        if (oldPack === undefined) continue
        const pack = fresh.get(to.pack) ?? (await extendPack(trx, to.pack, endOf(to), 0))
        fresh.set(to.pack, pack)
        const places = { oldPack, oldPosition: from.position, pack, position: to.position }
        const rows = await move(trx, { log: to.log, at: to.at, storedBytes: to.storedBytes, ...places })
        if (rows.length === 0) continue
        await leavePack(trx, oldPack, from.storedBytes)
        await extendPack(trx, to.pack, endOf(to), to.storedBytes)
        moved++
      }
      return moved
    })
}

const endOf = ({ position, storedBytes }: Frame) => position + storedBytes

async function packNumbers(
  trx: Transaction<Tables>,
  packs: readonly PackId[],
): Promise<ReadonlyMap<PackId, number>> {
  if (packs.length === 0) return new Map()
  const rows = await trx.selectFrom('packs').select(['id', 'name']).where('name', 'in', packs).execute()
  return new Map(rows.map(({ id, name }) => [name, id]))
}
