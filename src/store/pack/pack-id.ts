import type { PackId, RetentionDay } from '../../core/ports/pack-store.ts'

const PATTERN = /^(\d{6,16})-(\d{8,16})$/

/** Returns the name of a store's pack number `sequence`. Names sort by day and then by sequence. */
export function packId(day: RetentionDay, sequence: number): PackId {
  return `${String(day).padStart(6, '0')}-${String(sequence).padStart(8, '0')}`
}

/**
 * Returns day and sequence of a pack's name, or undefined for a name that `packId` does not make.
 */
export function parsePackId(pack: string): { day: RetentionDay; sequence: number } | undefined {
  const match = PATTERN.exec(pack)
  if (match === null) return undefined
  const [day, sequence] = [Number(match[1]), Number(match[2])]
  return packId(day, sequence) === pack ? { day, sequence } : undefined
}

/** Throws RangeError when `day` is not a valid day. */
export function assertRetentionDay(day: RetentionDay): void {
  if (!Number.isSafeInteger(day) || day < 0) throw new RangeError(`${day} is no retention day`)
}
