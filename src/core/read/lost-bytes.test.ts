import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isTailraceError } from '../../contract/errors.ts'
import { memoryBuildCatalog } from '../../store/memory/memory-build-catalog.ts'
import { memoryFrameCatalog } from '../../store/memory/memory-frame-catalog.ts'
import { MemoryJournal } from '../../store/memory/memory-journal.ts'
import { createMemoryNotifier } from '../../store/memory/memory-notifier.ts'
import { createMemoryPackStore } from '../../store/memory/memory-pack-store.ts'
import type { Principal } from '../access/principal.ts'
import { followLog } from '../follow/follow-log.ts'
import { SharedChunks } from '../follow/shared-chunks.ts'
import { readStepLog } from './page/read-step-log.ts'
import { storeLogReader } from './reader/store-log-reader.ts'
import { snapshotLog } from './snapshot-log.ts'

const PROJECT = 'a'.repeat(32)
const RECORD = '00000000-0000-4000-8000-000000000001'
const WHO: Principal = { projectId: PROJECT, userId: 'u', userName: 'u', roles: new Set(['reader']) }
const damaged = (error: unknown) => isTailraceError(error, 'log-damaged')

it('a sealed log that has lost bytes is damaged, not shorter', async () => {
  const builds = memoryBuildCatalog()
  await using journal = new MemoryJournal()
  const reader = storeLogReader({ journal, frames: memoryFrameCatalog(), packs: createMemoryPackStore() })
  const { build } = await builds.createBuild({
    projectId: PROJECT,
    recordId: RECORD,
    job: { name: 'job', idIfNew: 'j'.repeat(32) },
    source: 'test',
    creatorId: 'u',
    createdAtMs: 1,
    steps: [{ stepId: 1, name: 'step' }],
  })
  const [step] = await builds.listSteps(PROJECT, RECORD)
  await journal.open(step!.log, 0)
  await journal.append(step!.log, 0, Buffer.from('all that is left\n'), 1)
  await builds.changeStep(step!.log, ['waiting'], { state: 'sealed', sizeBytes: 40, sha256: '0'.repeat(64) })

  const { head } = await snapshotLog({ builds, reader }, WHO, RECORD, 1)
  assert.equal(head, 40)
  await assert.rejects(Array.fromAsync(reader.read(step!.log, 0, head)), damaged)
  const query = { startOffset: 0, endOffset: 0, order: 'ascending', maxLines: 1000, holdBack: true } as const
  await assert.rejects(readStepLog({ builds, reader }, WHO, build, 1, query), damaged)
  const { step: sealed } = await snapshotLog({ builds, reader }, WHO, RECORD, 1)
  const ports = { builds, reader, notifier: createMemoryNotifier(), chunks: new SharedChunks(reader) }
  await assert.rejects(Array.fromAsync(followLog(ports, sealed, 0, AbortSignal.timeout(10_000))), damaged)
})
