import type { PackStore } from '../../../core/ports/pack-store.ts'
import { packsAmong } from '../../local/packs/pack-file-name.ts'
import { parsePackId } from '../../pack/pack-id.ts'
import type { StoreSnapshot } from './store-snapshots.ts'

/** The live packs of a snapshot, without those that the server has begun since. */
export function withoutLaterPacks(packs: PackStore, snapshot: Pick<StoreSnapshot, 'packs'>): PackStore {
  const known = packsAmong(snapshot.packs.map(({ name }) => name))
  const newest = Math.max(0, ...known.map(({ sequence }) => sequence))
  return {
    ...packs,
    async *packs() {
      for await (const found of packs.packs()) {
        const sequence = parsePackId(found.pack)?.sequence ?? 0
        if (sequence <= newest) yield found
      }
    },
  }
}
