import { Gauge, type Registry } from 'prom-client'
import type { Clock, DiskSpace, JournalSpace } from '../../core/ports/capabilities.ts'
import type { PackStore } from '../../core/ports/pack-store.ts'
import type { Quotas } from '../../core/write/quotas.ts'

/** Where each scrape reads the values. */
export interface StoreFigures {
  readonly journalSpace: () => JournalSpace
  readonly disk: () => Promise<DiskSpace>
  readonly packs: Pick<PackStore, 'packs'>
  readonly quotas: Quotas
  readonly clock: Clock
}

/**
 * Adds gauges to the registry whose values are looked up at each scrape. A value that cannot be
 * looked up is NaN, so that the other metrics are still answered.
 */
export function gaugeStore(
  registry: Registry,
  { journalSpace, disk, packs, quotas, clock }: StoreFigures,
): void {
  const gauge = (name: string, help: string, value: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(await Promise.try(value).catch(() => Number.NaN))
      },
    })
  gauge(
    'tailrace_journal_used_bytes',
    'Bytes of the journal that are in use.',
    () => journalSpace().usedBytes,
  )
  gauge(
    'tailrace_journal_capacity_bytes',
    'Bytes of the journal that may be in use before appends wait.',
    () => journalSpace().capacityBytes,
  )
  gauge(
    'tailrace_disk_free_bytes',
    'Bytes that the server may still write to the file system of its data directory.',
    async () => (await disk()).freeBytes,
  )
  gauge(
    'tailrace_disk_size_bytes',
    'Size of the file system of the data directory.',
    async () => (await disk()).sizeBytes,
  )
  const stored = measured(packs)
  gauge('tailrace_packs', 'Packs in the pack store.', async () => (await stored()).count)
  gauge('tailrace_live_logs', 'Steps that accept appends now.', () => quotas.liveLogs)
  gauge('tailrace_open_builds', 'Builds without a result that count as open.', () =>
    quotas.openBuilds(clock()),
  )
  gauge('tailrace_packs_bytes', 'Bytes of all packs together.', async () => (await stored()).bytes)
}

/** Lists the packs once for both gauges of a scrape, which are read at the same time. */
function measured(packs: StoreFigures['packs']) {
  let measuring: Promise<{ readonly count: number; readonly bytes: number }> | undefined
  const measure = async () => {
    let [count, bytes] = [0, 0]
    for await (const { storedBytes } of packs.packs()) {
      count++
      bytes += storedBytes
    }
    return { count, bytes }
  }
  return () => {
    measuring ??= measure().finally(() => {
      measuring = undefined
    })
    return measuring
  }
}
