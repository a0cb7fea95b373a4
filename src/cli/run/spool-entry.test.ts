import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { isRunning, ownIdentity } from './process-identity.ts'
import {
  createEntry,
  isBeingWritten,
  listEntries,
  readEnd,
  removeEntry,
  renameStep,
  type SpoolEntry,
  waitingOutcomes,
  writeEnd,
} from './spool-entry.ts'

const ABOUT = {
  url: 'http://127.0.0.1:1',
  recordId: '8d3f2a1e-0000-4000-8000-000000000001',
  jobName: 'job',
  stepName: 'make',
  joins: false,
  finishesBuild: true,
}
const END = { outcome: 'SUCCESS', sizeBytes: 3, sha256: '0'.repeat(64) } as const

describe('the spool', () => {
  let spool: string
  beforeEach(() => {
    spool = mkdtempSync(join(tmpdir(), 'tailrace-spool-test-'))
  })
  afterEach(() => rmSync(spool, { recursive: true, force: true }))

  it('reports how the steps of one build ended whose logs wait', async () => {
    const other = '8d3f2a1e-0000-4000-8000-000000000002'
    await writeEnd(await createEntry(spool, ABOUT), { ...END, outcome: 'FAILURE' })
    await writeEnd(await createEntry(spool, { ...ABOUT, recordId: other }), { ...END, outcome: 'ABORTED' })
    await createEntry(spool, ABOUT)
    assert.deepEqual(await waitingOutcomes(spool, ABOUT), ['FAILURE'])
  })

  it('lists the entries that are whole, as they were made', async () => {
    const entry = await createEntry(spool, ABOUT)
    writeFileSync(join(spool, 'stray'), '')
    assert.deepEqual(await listEntries(spool), [entry])
    assert.deepEqual(await listEntries(join(spool, 'none')), [])
  })

  it('keeps a new name of the step, and the end once it is written', async () => {
    const entry = await createEntry(spool, ABOUT)
    assert.equal(await readEnd(entry), undefined)
    await writeEnd(entry, END)
    await renameStep(entry, 'make (2)')
    const [read] = await listEntries(spool)
    assert.equal(read?.meta.stepName, 'make (2)')
    assert.deepEqual(await readEnd(read!), END)
  })

  it('can be cleared of an entry twice', async () => {
    const entry = await createEntry(spool, ABOUT)
    await removeEntry(entry)
    await removeEntry(entry)
    assert.deepEqual(await listEntries(spool), [])
  })

  it('knows that a writer lives, and that it does not', async () => {
    const entry = await createEntry(spool, ABOUT)
    assert.ok(await isBeingWritten(entry))
    assert.ok(!(await isBeingWritten(writtenBy(entry, { pid: await deadPid() }))))
    assert.ok(!(await isBeingWritten(writtenBy(entry, { begin: 'another process had this pid' }))))
  })

  it('takes a writer that it cannot see for alive as long as it shows itself and has not ended', async () => {
    const entry = writtenBy(await createEntry(spool, ABOUT), { scope: 'another container' })
    assert.ok(await isBeingWritten(entry))
    const longAgo = new Date(Date.now() - 3_600_000)
    utimesSync(join(entry.folder, 'meta.json'), longAgo, longAgo)
    assert.ok(!(await isBeingWritten(entry)))
    const ended = writtenBy(await createEntry(spool, ABOUT), { scope: 'another container' })
    await writeEnd(ended, END)
    assert.ok(!(await isBeingWritten(ended)))
  })

  it('distinguishes a process from another with the same pid', () => {
    assert.equal(isRunning(ownIdentity()), true)
    assert.equal(isRunning({ ...ownIdentity(), begin: '1' }), false)
    assert.equal(isRunning({ ...ownIdentity(), scope: 'elsewhere' }), undefined)
  })
})

function writtenBy(entry: SpoolEntry, writer: Partial<SpoolEntry['meta']['writer']>): SpoolEntry {
  return { ...entry, meta: { ...entry.meta, writer: { ...entry.meta.writer, ...writer } } }
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  return child.pid!
}
