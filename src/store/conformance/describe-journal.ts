import { describe, it } from 'node:test'
import type { Journal } from '../../core/ports/journal.ts'
import { JOURNAL_BYTES } from './journal-bytes-spec.ts'
import { type JournalSettings, SMALL } from './journal-promise.ts'
import { JOURNAL_SPACE } from './journal-space-spec.ts'

export interface JournalKit {
  /** A new, empty journal. Disposing of it removes its files. */
  readonly open: (settings: JournalSettings) => Promise<Journal>
  /** Tests that this journal cannot pass, by title. */
  readonly deviations?: readonly { readonly test: string; readonly reason: string }[]
}

/** Runs every promise of the Journal port against an implementation. */
export function describeJournal(name: string, { open, deviations = [] }: JournalKit): void {
  describe(`Journal: ${name}`, () => {
    for (const [title, { settings = SMALL, run }] of Object.entries(PROMISES)) {
      const reason = deviations.find(({ test }) => test === title)?.reason
      it(title, { skip: reason ?? false }, async () => {
        await using journal = await open(settings)
        await run(journal)
      })
    }
  })
}

const PROMISES = { ...JOURNAL_BYTES, ...JOURNAL_SPACE }
