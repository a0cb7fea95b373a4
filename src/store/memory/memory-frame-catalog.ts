import { TailraceError } from '../../contract/errors.ts'
import type { LogId } from '../../contract/quantities.ts'
import type { FrameCatalog, PackedEnd } from '../../core/ports/frame-catalog.ts'
import type { FrameMaintenance } from '../../core/ports/frame-maintenance.ts'
import type { Frame, PackId } from '../../core/ports/pack-store.ts'

/** The rows of all logs, and where the used part of each pack ends. */
class Rows {
  readonly #logs = new Map<LogId, Frame[]>()
  readonly packEnds = new Map<PackId, number>()

  of(log: LogId): readonly Frame[] {
    return this.#logs.get(log) ?? []
  }

  set(log: LogId, frames: readonly Frame[]): void {
    if (frames.length === 0) this.#logs.delete(log)
    else this.#logs.set(log, [...frames])
  }

  liveBytes(pack: PackId): number {
    return [...this.#logs.values()]
      .flat()
      .filter(frame => frame.pack === pack)
      .reduce((bytes, frame) => bytes + frame.storedBytes, 0)
  }

  notePack({ pack, position, storedBytes }: Frame): void {
    this.packEnds.set(pack, Math.max(this.packEnds.get(pack) ?? 0, position + storedBytes))
  }
}

/** Implements FrameCatalog and FrameMaintenance in memory, for tests. */
export function memoryFrameCatalog(): FrameCatalog & FrameMaintenance {
  const rows = new Rows()
  return { ...frameCatalogOf(rows), ...frameMaintenanceOf(rows) }
}

function frameCatalogOf(rows: Rows): FrameCatalog {
  return {
    async addFrames(frames) {
      const grown = new Map<LogId, Frame[]>()
      for (const frame of frames) {
        const own = grown.get(frame.log) ?? []
        assertJoins(frame, endOf(own.at(-1) ?? rows.of(frame.log).at(-1)))
        own.push(frame)
        grown.set(frame.log, own)
      }
      for (const [log, own] of grown) rows.set(log, [...rows.of(log), ...own])
      for (const frame of frames) rows.notePack(frame)
    },

    async framesOf(log, from, to, limit) {
      if (from >= to || limit < 1) return []
      const first = countWhile(rows.of(log), frame => frame.end <= from)
      return rows
        .of(log)
        .slice(first, first + limit)
        .filter(frame => frame.at < to)
    },

    async frameOfLine(log, line) {
      const frames = rows.of(log)
      if (line === 0) return frames[0]
      return frames[countWhile(frames, frame => frame.firstLine + frame.lines < line)]
    },

    async packedEnds(wanted) {
      return new Map(wanted.map(log => [log, endOf(rows.of(log).at(-1))]))
    },

    async packEnd(pack) {
      return rows.packEnds.get(pack) ?? 0
    },
  }
}

function frameMaintenanceOf(rows: Rows): FrameMaintenance {
  return {
    async removeFrames(gone, limit) {
      let removed = 0
      for (const log of new Set(gone)) {
        const own = rows.of(log)
        const some = Math.min(own.length, limit - removed)
        rows.set(log, own.slice(some))
        removed += some
      }
      return removed
    },

    async sparsePacks(limit) {
      return [...rows.packEnds]
        .map(([pack, endPosition]) => ({ pack, endPosition, liveBytes: rows.liveBytes(pack) }))
        .filter(sparse => sparse.liveBytes * 2 < sparse.endPosition)
        .sort((a, b) => a.liveBytes - b.liveBytes)
        .slice(0, limit)
    },

    liveBytes: async pack => rows.liveBytes(pack),

    async moveFrames(moves) {
      let moved = 0
      for (const { from, to } of moves) {
        const own = rows.of(from.log)
        const at = own.findIndex(({ pack, position }) => pack === from.pack && position === from.position)
        if (at < 0) continue
        rows.set(from.log, own.with(at, to))
        rows.notePack(to)
        moved++
      }
      return moved
    },

    async forgetPack(pack) {
      if (rows.liveBytes(pack) === 0) rows.packEnds.delete(pack)
    },
  }
}

const endOf = (last: Frame | undefined): PackedEnd =>
  last === undefined ? { end: 0, lines: 0 } : { end: last.end, lines: last.firstLine + last.lines }

function assertJoins({ log, at, end, firstLine }: Frame, packed: PackedEnd): void {
  if (at !== packed.end || firstLine !== packed.lines || end <= at)
    throw new TailraceError(
      'offset-conflict',
      `A frame of log ${log} is [${at}, ${end}) from line ${firstLine}, but the packed part ends at ${packed.end} with ${packed.lines} lines.`,
      { head: packed.end },
    )
}

/**
 * Counts the frames at the start that satisfy `holds`, by a binary search: after the first that
 * does not, none may.
 */
function countWhile(frames: readonly Frame[], holds: (frame: Frame) => boolean): number {
  let low = 0
  let high = frames.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(frames[middle]!)) low = middle + 1
    else high = middle
  }
  return low
}
