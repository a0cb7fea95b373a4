import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeJournal } from '../../conformance/describe-journal.ts'
import { openLocalJournal } from './local-journal.ts'

const SEGMENTS = 8

describeJournal('local', {
  open: async ({ capacityBytes, ...settings }) => {
    const directory = await mkdtemp(join(tmpdir(), 'tailrace-journal-'))
    const segmentBytes = capacityBytes / SEGMENTS
    const journal = await openLocalJournal({
      ...settings,
      directory,
      segmentBytes,
      segments: SEGMENTS,
      known: async () => new Map(),
    })
    const dispose = journal[Symbol.asyncDispose].bind(journal)
    journal[Symbol.asyncDispose] = async () => {
      await dispose()
      await rm(directory, { recursive: true, force: true })
    }
    return journal
  },
})
