import { type Kysely, sql } from 'kysely'
import type { ByteOffset, LineNumber, LogId } from '../../../contract/quantities.ts'
import type { FrameCatalog, PackedEnd } from '../../../core/ports/frame-catalog.ts'
import type { Frame } from '../../../core/ports/pack-store.ts'
import { compileOnce } from '../compile-once.ts'
import { integersOf, limitOf } from '../dialect.ts'
import type { Tables } from '../tables.ts'

/**
 * Look-ups in the frame table. Each begins with one seek in an index, however many frames the log
 * has.
 */
export function frameFinder(db: Kysely<Tables>): Pick<FrameCatalog, 'framesOf' | 'frameOfLine'> {
  const ofRange = compileOnce<{ log: LogId; from: ByteOffset; to: ByteOffset; limit: number }>()(value =>
    selectFrame(db)
      .where('log', '=', value('log'))
      .where('at', '>=', eb =>
        eb
          .selectFrom('frames as earlier')
          .select(({ fn }) => fn.coalesce(fn.max('earlier.at'), sql.lit(0)).as('at'))
          .where('earlier.log', '=', value('log'))
          .where('earlier.at', '<=', value('from')),
      )
      .where('at', '<', value('to'))
      .where(sql<boolean>`at + bytes > ${value('from')}`)
      .orderBy('at')
      .limit(limitOf(value('limit'))),
  )
  const beforeLine = compileOnce<{ log: LogId; line: LineNumber }>()(value =>
    selectFrame(db)
      .where('log', '=', value('log'))
      .where('at', '<', eb => eb.fn.coalesce(firstAtOrAfterLine(db, value('log'), value('line')), PAST_ALL))
      .orderBy('at', 'desc')
      .limit(sql.lit(1)),
  )
  const framesOf: FrameCatalog['framesOf'] = async (log, from, to, limit) =>
    from >= to || limit < 1 ? [] : (await ofRange(db, { log, from, to, limit })).map(asFrame)
  return {
    framesOf,
    async frameOfLine(log, line) {
      if (line === 0) return (await framesOf(log, 0, 1, 1))[0]
      const [row] = await beforeLine(db, { log, line })
      return row !== undefined && row.firstLine + row.lines >= line ? asFrame(row) : undefined
    },
  }
}

const PAST_ALL = sql.lit(Number.MAX_SAFE_INTEGER)

/**
 * Where the first frame begins that has `line` line ends before it. The condition is that of the
 * index frames_by_line.
 */
const firstAtOrAfterLine = (db: Kysely<Tables>, log: LogId, line: LineNumber) =>
  db
    .selectFrom('frames as later')
    .select('later.at')
    .where('later.log', '=', log)
    .where('later.first_line', '>=', line)
    .where(sql<boolean>`later.first_line > 0`)
    .orderBy('later.first_line')
    .orderBy('later.at')
    .limit(sql.lit(1))

/** Where the packed part of each of these logs ends. Runs on the database or in a transaction. */
export function packedEndsReader(db: Kysely<Tables>) {
  const lastFrames = compileOnce<{ logs: string }>()(value =>
    db
      .selectFrom(integersOf(db, value('logs')).as('wanted'))
      .innerJoin('frames', join =>
        join.onRef('frames.log', '=', 'wanted.value').on('frames.at', '=', eb =>
          eb
            .selectFrom('frames as any')
            .select(({ fn }) => fn.max('any.at').as('at'))
            .whereRef('any.log', '=', 'wanted.value'),
        ),
      )
      .select(['log', 'at', 'bytes', 'first_line as firstLine', 'lines']),
  )
  return async (on: Kysely<Tables>, logs: readonly LogId[]): Promise<Map<LogId, PackedEnd>> => {
    const ends = new Map<LogId, PackedEnd>(logs.map(log => [log, { end: 0, lines: 0 }]))
    for (const row of await lastFrames(on, { logs: JSON.stringify(logs) }))
      ends.set(row.log, { end: row.at + row.bytes, lines: row.firstLine + row.lines })
    return ends
  }
}

const selectFrame = (db: Kysely<Tables>) =>
  db
    .selectFrom('frames')
    .innerJoin('packs', 'packs.id', 'frames.pack')
    .select(['log', 'at', 'bytes', 'first_line as firstLine', 'lines', 'packs.name as pack', 'position'])
    .select('stored_bytes as storedBytes')

type FrameColumns = Awaited<ReturnType<ReturnType<typeof selectFrame>['execute']>>[number]

function asFrame({ bytes, ...row }: FrameColumns): Frame {
  return { ...row, end: row.at + bytes }
}
