import type { Kysely, Transaction } from 'kysely'
import { TailraceError } from '../../../contract/errors.ts'
import type { LogId } from '../../../contract/quantities.ts'
import type { FrameCatalog, PackedEnd } from '../../../core/ports/frame-catalog.ts'
import type { Frame, PackId } from '../../../core/ports/pack-store.ts'
import { compileOnce } from '../compile-once.ts'
import { retryOnceWhenTaken } from '../retry-once-when-taken.ts'
import type { Tables } from '../tables.ts'
import type { packedEndsReader } from './find-frames.ts'

/** Rows per statement: each has eight values, and SQLite allows 32,766 in all. */
const ROWS_PER_INSERT = 500

/** `addFrames` of the port. Checks the rows against the table and adds them, in one transaction. */
export function frameAdder(
  db: Kysely<Tables>,
  packedEnds: ReturnType<typeof packedEndsReader>,
): FrameCatalog['addFrames'] {
  const extendPack = packExtender(db)
  const add = (frames: readonly Frame[]) =>
    db.transaction().execute(async trx => {
      assertJoin(frames, await packedEnds(trx, [...new Set(frames.map(frame => frame.log))]))
      const packs = new Map<PackId, number>()
      for (const [name, { end, bytes }] of sharesOfPacks(frames))
        packs.set(name, await extendPack(trx, name, end, bytes))
      for (let i = 0; i < frames.length; i += ROWS_PER_INSERT)
        await insertFrames(trx, frames.slice(i, i + ROWS_PER_INSERT), packs)
    })
  return async frames => {
    if (frames.length > 0) await retryOnceWhenTaken(() => add(frames))
  }
}

function assertJoin(frames: readonly Frame[], ends: Map<LogId, PackedEnd>): void {
  for (const { log, at, end, firstLine, lines } of frames) {
    const packed = ends.get(log)!
    if (at !== packed.end || firstLine !== packed.lines || end <= at)
      throw new TailraceError(
        'offset-conflict',
        `A frame of log ${log} is [${at}, ${end}) from line ${firstLine}, but the packed part ends at ${packed.end} with ${packed.lines} lines.`,
        { head: packed.end },
      )
    ends.set(log, { end, lines: firstLine + lines })
  }
}

/** Where the last of these frames ends in each pack, and the sum of their stored bytes. */
function sharesOfPacks(frames: readonly Frame[]): Map<PackId, { end: number; bytes: number }> {
  const shares = new Map<PackId, { end: number; bytes: number }>()
  for (const { pack, position, storedBytes } of frames) {
    const { end, bytes } = shares.get(pack) ?? { end: 0, bytes: 0 }
    shares.set(pack, { end: Math.max(end, position + storedBytes), bytes: bytes + storedBytes })
  }
  return shares
}

/** Adds a pack, or moves its end, and counts its new live bytes. Resolves to its number. */
export function packExtender(db: Kysely<Tables>) {
  const extend = compileOnce<{ name: PackId; end: number; bytes: number }>()(value =>
    db
      .insertInto('packs')
      .values({ name: value('name'), end_position: value('end'), live_bytes: value('bytes') })
      .onConflict(conflict =>
        conflict.column('name').doUpdateSet(eb => ({
          end_position: eb
            .case()
            .when('packs.end_position', '>', eb.ref('excluded.end_position'))
            .then(eb.ref('packs.end_position'))
            .else(eb.ref('excluded.end_position'))
            .end(),
          live_bytes: eb('packs.live_bytes', '+', eb.ref('excluded.live_bytes')),
        })),
      )
      .returning('id'),
  )
  return async (trx: Transaction<Tables>, name: PackId, end: number, bytes: number) =>
    (await extend(trx, { name, end, bytes }))[0]!.id
}

async function insertFrames(
  trx: Transaction<Tables>,
  frames: readonly Frame[],
  packs: ReadonlyMap<PackId, number>,
): Promise<void> {
  await trx
    .insertInto('frames')
    .values(
      frames.map(frame => ({
        log: frame.log,
        at: frame.at,
        bytes: frame.end - frame.at,
        first_line: frame.firstLine,
        lines: frame.lines,
        pack: packs.get(frame.pack)!,
        position: frame.position,
        stored_bytes: frame.storedBytes,
      })),
    )
    .execute()
}
