import { describeJournal } from '../conformance/describe-journal.ts'
import { MemoryJournal } from './memory-journal.ts'

describeJournal('memory', { open: async settings => new MemoryJournal(settings) })
