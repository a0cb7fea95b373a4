import type { PackId, RetentionDay } from '../../../core/ports/pack-store.ts'
import { parsePackId } from '../../pack/pack-id.ts'

/** `zstd -d` and `zstdcat` can read the files. */
const SUFFIX = '.zst'

/**
 * The file of a pack. The name may come from a row, so it is used only if it is one that packs
 * have.
 */
export function packFileName(pack: PackId): string | undefined {
  return parsePackId(pack) === undefined ? undefined : `${pack}${SUFFIX}`
}

export interface NamedPack {
  readonly pack: PackId
  readonly day: RetentionDay
  readonly sequence: number
}

/** The packs among file names, by day and sequence. Other names are left out. */
export function packsAmong(names: readonly string[]): readonly NamedPack[] {
  const packs: NamedPack[] = []
  for (const name of names) {
    if (!name.endsWith(SUFFIX)) continue
    const pack = name.slice(0, -SUFFIX.length)
    const parsed = parsePackId(pack)
    if (parsed !== undefined) packs.push({ pack, ...parsed })
  }
  return packs.sort((a, b) => a.day - b.day || a.sequence - b.sequence)
}
