import type { Frame, PackId, RetentionDay } from '../../core/ports/pack-store.ts'
import { type EncodedFrame, rowOfEncoded } from './frame.ts'

export interface DatedFrame {
  readonly frame: EncodedFrame
  readonly day: RetentionDay
}

/** The frames of one append that go to one pack, one after the other, starting at `from`. */
export interface PackShare {
  readonly day: RetentionDay
  readonly pack: PackId
  readonly isNew: boolean
  readonly from: number
  end: number
  readonly chunks: Uint8Array[]
}

export interface AppendPlan {
  /** One per frame, in order. */
  readonly rows: readonly Frame[]
  readonly shares: readonly PackShare[]
}

export interface PackChoice {
  /** A pack accepts no more frames once it has this many bytes. */
  readonly packBytes: number
  /** The pack that accepts the day's frames now, and where it ends. */
  readonly current: (day: RetentionDay) => { readonly pack: PackId; readonly end: number } | undefined
  /** Names a new pack. */
  readonly nextPack: (day: RetentionDay) => PackId
}

/**
 * Decides where every frame of an append goes: to the day's pack until it is full, then to a new
 * one.
 */
export function planAppend(frames: readonly DatedFrame[], choice: PackChoice): AppendPlan {
  const shares: PackShare[] = []
  const latest = new Map<RetentionDay, PackShare>()
  const rows = frames.map(({ frame, day }) => {
    let share = latest.get(day)
    if (share === undefined || share.end >= choice.packBytes) {
      share = nextShare(day, share === undefined ? choice.current(day) : undefined, choice)
      latest.set(day, share)
      shares.push(share)
    }
    const row = rowOfEncoded(frame, share.pack, share.end)
    share.chunks.push(frame.stored)
    share.end += frame.stored.byteLength
    return row
  })
  return { rows, shares }
}

function nextShare(
  day: RetentionDay,
  current: { readonly pack: PackId; readonly end: number } | undefined,
  { packBytes, nextPack }: PackChoice,
): PackShare {
  if (current === undefined || current.end >= packBytes)
    return { day, pack: nextPack(day), isNew: true, from: 0, end: 0, chunks: [] }
  const { pack, end } = current
  return { day, pack, isNew: false, from: end, end, chunks: [] }
}
