import type { Kysely } from 'kysely'
import type { FrameCatalog } from '../../../core/ports/frame-catalog.ts'
import type { PackId } from '../../../core/ports/pack-store.ts'
import { compileOnce } from '../compile-once.ts'
import { reportFailures } from '../report-failures.ts'
import type { Tables } from '../tables.ts'
import { frameAdder } from './add-frames.ts'
import { frameFinder, packedEndsReader } from './find-frames.ts'

/** Implements FrameCatalog on an SQL database. The database's owner closes it. */
export function sqlFrameCatalog(db: Kysely<Tables>): FrameCatalog {
  const packedEnds = packedEndsReader(db)
  const addFrames = frameAdder(db, packedEnds)
  const { framesOf, frameOfLine } = frameFinder(db)
  const packs = compileOnce<{ name: PackId }>()(value =>
    db.selectFrom('packs').select('end_position').where('name', '=', value('name')),
  )
  return {
    addFrames: (...wanted) => reportFailures(() => addFrames(...wanted)),
    framesOf: (...wanted) => reportFailures(() => framesOf(...wanted)),
    frameOfLine: (...wanted) => reportFailures(() => frameOfLine(...wanted)),
    packedEnds: (...wanted) => reportFailures(() => packedEnds(db, ...wanted)),
    packEnd: pack => reportFailures(async () => (await packs(db, { name: pack }))[0]?.end_position ?? 0),
  }
}
