import { TailraceError } from '../../contract/errors.ts'
import type { LogId } from '../../contract/quantities.ts'
import type { FrameCatalog, PackedEnd } from '../../core/ports/frame-catalog.ts'
import type { FrameMaintenance } from '../../core/ports/frame-maintenance.ts'
import type { Frame, PackId } from '../../core/ports/pack-store.ts'

/** FrameCatalog and FrameMaintenance in memory: for tests, and for a server that may forget. */
export function memoryFrameCatalog(): FrameCatalog & FrameMaintenance {
  const logs = new Map<LogId, Frame[]>()
  const packEnds = new Map<PackId, number>()
  const liveBytes = (pack: PackId) =>
    [...logs.values()]
      .flat()
      .filter(frame => frame.pack === pack)
      .reduce((bytes, frame) => bytes + frame.storedBytes, 0)
  const framesOfLog = (log: LogId): readonly Frame[] => logs.get(log) ?? []

  return {
    async addFrames(frames) {
      const grown = new Map<LogId, Frame[]>()
      for (const frame of frames) {
        const own = grown.get(frame.log) ?? []
        assertJoins(frame, endOf(own.at(-1) ?? framesOfLog(frame.log).at(-1)))
        own.push(frame)
        grown.set(frame.log, own)
      }
      for (const [log, own] of grown) logs.set(log, [...framesOfLog(log), ...own])
      for (const { pack, position, storedBytes } of frames)
        packEnds.set(pack, Math.max(packEnds.get(pack) ?? 0, position + storedBytes))
    },

    async framesOf(log, from, to, limit) {
      if (from >= to || limit < 1) return []
      const first = countWhile(framesOfLog(log), frame => frame.end <= from)
      return framesOfLog(log)
        .slice(first, first + limit)
        .filter(frame => frame.at < to)
    },

    async frameOfLine(log, line) {
      const frames = framesOfLog(log)
      if (line === 0) return frames[0]
      return frames[countWhile(frames, frame => frame.firstLine + frame.lines < line)]
    },

    async packedEnds(wanted) {
      return new Map(wanted.map(log => [log, endOf(framesOfLog(log).at(-1))]))
    },

    async packEnd(pack) {
      return packEnds.get(pack) ?? 0
    },

    async removeFrames(gone, limit) {
      let removed = 0
      for (const log of new Set(gone)) {
        const own = logs.get(log) ?? []
        removed += own.splice(0, limit - removed).length
        if (own.length === 0) logs.delete(log)
      }
      return removed
    },

    async sparsePacks(limit) {
      return [...packEnds]
        .map(([pack, endPosition]) => ({ pack, endPosition, liveBytes: liveBytes(pack) }))
        .filter(sparse => sparse.liveBytes * 2 < sparse.endPosition)
        .sort((a, b) => a.liveBytes - b.liveBytes)
        .slice(0, limit)
    },

    liveBytes: async pack => liveBytes(pack),

    async moveFrames(moves) {
      let moved = 0
      for (const { from, to } of moves) {
        const own = logs.get(from.log) ?? []
        const at = own.findIndex(({ pack, position }) => pack === from.pack && position === from.position)
        if (at < 0) continue
        own[at] = to
        packEnds.set(to.pack, Math.max(packEnds.get(to.pack) ?? 0, to.position + to.storedBytes))
        moved++
      }
      return moved
    },

    async forgetPack(pack) {
      if (liveBytes(pack) === 0) packEnds.delete(pack)
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

/** How many frames at the beginning satisfy `holds`, which no frame does after one that does not: a binary search. */
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
