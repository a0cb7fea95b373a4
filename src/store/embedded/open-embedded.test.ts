import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { KIB, MIB } from '../../contract/quantities.ts'
import type { OpenThreadPacks } from '../../core/ports/store.ts'
import { hasStore, openCredentials, openEmbedded, openForReading } from './open-embedded.ts'

const SIZES = { segmentBytes: 64 * KIB, segments: 4 }

let directory: string
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'tailrace-embedded-')), 'data')
})
afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }))

const open = () =>
  openEmbedded(directory, { journal: SIZES, packBytes: MIB, onFault: fault => assert.fail(String(fault)) })

test('a store is made where there is none, and only one process can open it', async () => {
  assert.equal(hasStore(directory), false)
  await assert.rejects(openCredentials(directory), { code: 'not-found' })
  await using _store = await open()
  assert.equal(hasStore(directory), true)
  await assert.rejects(open(), { code: 'store-unavailable' })
  await assert.rejects(openCredentials(directory), { code: 'store-unavailable' })
})

test('an open store gives a snapshot to a reader, without the packs that it begins later', async () => {
  await using store = await open()
  await using reader = await openForReading(directory, SIZES, damage => assert.fail(String(damage)))
  await store.packs.write([DRAFT])
  const packs = await Array.fromAsync(store.packs.packs())
  assert.equal(packs.length, 1)
  assert.deepEqual(await Array.fromAsync(reader.packs.packs()), [])
})

test('a thread that gets only what survives cloning reads the packs by itself', async () => {
  await using store = await open()
  const [frame] = await store.packs.write([DRAFT])
  const { module, data } = structuredClone(store.threadPacks)
  const { openThreadPacks }: { openThreadPacks: OpenThreadPacks } = await import(module)
  await using packs = await openThreadPacks(data, { maxOpenFiles: 1, maxReads: 1 })
  assert.equal(Buffer.from(await packs.read(frame!)).toString(), 'text\n')
})

test('a directory without its catalog, or with an unfinished restore, is rejected', async () => {
  await (await open())[Symbol.asyncDispose]()
  await writeFile(join(directory, 'restore.unfinished'), '')
  await assert.rejects(open(), /has not ended/)
  await rm(join(directory, 'restore.unfinished'))
  await rm(join(directory, 'catalog.sqlite'))
  await assert.rejects(open(), /catalog\.sqlite is missing, but logs are left in its journal/)
})

const DRAFT = {
  log: 1,
  at: 0,
  firstLine: 0,
  bytes: Buffer.from('text\n'),
  arrivals: [{ at: 0, arrivedAtMs: 1 }],
  day: 20_000,
}
