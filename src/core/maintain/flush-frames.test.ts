import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { overriding } from '../../../test/props/overriding.ts'
import { isTailraceError, TailraceError } from '../../contract/errors.ts'
import { type LogId, MIB } from '../../contract/quantities.ts'
import { openSqlite } from '../../store/embedded/sqlite/sqlite.ts'
import { MemoryJournal } from '../../store/memory/memory-journal.ts'
import { createMemoryPackStore } from '../../store/memory/memory-pack-store.ts'
import { sqlBuildCatalog } from '../../store/sql/catalog/sql-build-catalog.ts'
import { sqlFrameCatalog } from '../../store/sql/catalog/sql-frame-catalog.ts'
import type { BuildCatalog } from '../ports/build-catalog.ts'
import type { FrameCatalog } from '../ports/frame-catalog.ts'
import type { Journal } from '../ports/journal.ts'
import type { Frame } from '../ports/pack-store.ts'
import { storeLogReader } from '../read/reader/store-log-reader.ts'
import { type FlushPorts, flushFrames, UnrecordedFrames } from './flush-frames.ts'
import { MaintenanceEvents } from './maintenance-events.ts'

const PROJECT = 'a'.repeat(32)
const RECORD = '00000000-0000-4000-8000-000000000001'
const TEXT = Buffer.from(Array.from({ length: 2000 }, (_, i) => `line ${i}\n`).join(''))
const DAMAGED = { from: 9000, to: 9100 }

describe('flushing', () => {
  it('continues after a damaged place of the journal, which stays unreadable', async () => {
    await using store = await openStore()
    const [hurt, sound] = store.logs
    const lost: Frame[] = []
    const journal = damagedJournal(store.journal, hurt!)
    for (const log of store.logs) {
      await journal.open(log, 0)
      await journal.append(log, 0, TEXT, 1)
      await journal.close(log)
    }
    await flushEverything({ ...store, journal, onLost: frame => void lost.push(frame) })

    const reader = storeLogReader({ ...store, journal })
    assert.deepEqual(await bytesOf(reader.read(sound!, 0, TEXT.length)), TEXT)
    assert.equal(lost.length, 1)
    const { at, end } = lost[0]!
    assert.equal(at, DAMAGED.from)
    assert.ok(end >= DAMAGED.to && end <= DAMAGED.to + 4096)
    assert.deepEqual(await bytesOf(reader.read(hurt!, 0, at)), TEXT.subarray(0, at))
    assert.deepEqual(await bytesOf(reader.read(hurt!, end, TEXT.length)), TEXT.subarray(end))
    await assert.rejects(bytesOf(reader.read(hurt!, 0, TEXT.length)), (e: unknown) =>
      isTailraceError(e, 'log-damaged'),
    )
    await assert.rejects(bytesOf(reader.read(hurt!, at, at + 1)), (e: unknown) =>
      isTailraceError(e, 'log-damaged'),
    )
  })

  it('writes no frame twice while the catalog fails', async () => {
    await using store = await openStore()
    const [log] = store.logs
    await store.journal.open(log!, 0)
    await store.journal.append(log!, 0, TEXT, 1)
    await store.journal.close(log!)
    let failures = 3
    const frames: FrameCatalog = Object.assign(Object.create(store.frames), {
      addFrames: async (rows: readonly Frame[]) => {
        if (failures-- > 0) throw new TailraceError('store-unavailable', 'injected')
        return store.frames.addFrames(rows)
      },
    })
    const ports = { ...store, frames }
    for (let tries = 0; tries < 3; tries++) await assert.rejects(flushEverything(ports))
    await flushEverything(ports)

    const packs = await Array.fromAsync(store.packs.packs())
    const stored = packs.reduce((bytes, { storedBytes }) => bytes + storedBytes, 0)
    const rows = await store.frames.framesOf(log!, 0, TEXT.length, 100)
    assert.equal(
      stored,
      rows.reduce((bytes, row) => bytes + row.storedBytes, 0),
    )
    assert.deepEqual(await bytesOf(storeLogReader(store).read(log!, 0, TEXT.length)), TEXT)
    assert.equal(await store.journal.extent(log!), undefined)
  })

  it('holds a bounded part of the journal in memory, however much is due', async () => {
    await using store = await openStore()
    const [log] = store.logs
    const due = (bytes: number) => ({ log: log!, from: 0, to: bytes, everything: true })
    const passes: number[] = []
    const ports = measured(store, bytes => passes.push(bytes))
    await flushFrames(ports, [due(100 * MIB)])
    assert.deepEqual(passes, [8 * MIB])
    await flushFrames(
      ports,
      Array.from({ length: 40 }, () => due(MIB)),
    )
    assert.deepEqual(passes, [8 * MIB, 32 * MIB])
  })

  it('cuts a log that is larger than a pass only where a frame is full', async () => {
    await using store = await openStore()
    const [log] = store.logs
    const sizes = { targetBytes: 3 * MIB, maxBytes: 3 * MIB }
    const passes: number[] = []
    const ports = { ...measured(store, bytes => passes.push(bytes)), sizes }
    await flushFrames(ports, [{ log: log!, from: 0, to: 8 * MIB + 1, everything: true }])
    await flushFrames(ports, [{ log: log!, from: 0, to: 8 * MIB, everything: true }])
    assert.deepEqual(passes, [6 * MIB, 8 * MIB])
  })
})

/** A journal that holds any bytes, and packs that only report how many they are given. */
function measured(store: FlushPorts, onWrite: (bytes: number) => void): FlushPorts {
  const journal = overriding(store.journal, {
    async *read(_, from, to) {
      yield { at: from, bytes: new Uint8Array(to - from), arrivedAtMs: 1 }
    },
    release: async () => {},
  })
  const packs = overriding(store.packs, {
    write: async drafts => {
      onWrite(drafts.reduce((bytes, draft) => bytes + draft.bytes.length, 0))
      return []
    },
  })
  return { ...store, journal, packs }
}

async function openStore() {
  const directory = mkdtempSync(join(tmpdir(), 'tailrace-flush-'))
  const db = await openSqlite(join(directory, 'catalog.sqlite'))
  const builds = sqlBuildCatalog(db)
  return {
    journal: new MemoryJournal() as Journal,
    packs: createMemoryPackStore(),
    frames: sqlFrameCatalog(db),
    census: builds,
    unrecorded: new UnrecordedFrames(),
    events: new MaintenanceEvents(error => assert.fail(String(error))),
    onLost: (_: Frame, cause: TailraceError) => assert.fail(cause.message),
    logs: await createLogs(builds),
    async [Symbol.asyncDispose]() {
      await db.destroy()
      rmSync(directory, { recursive: true })
    },
  }
}

async function createLogs(builds: BuildCatalog): Promise<readonly LogId[]> {
  await builds.createBuild({
    projectId: PROJECT,
    recordId: RECORD,
    job: { name: 'job', idIfNew: 'j'.repeat(32) },
    source: 'test',
    creatorId: 'u'.repeat(32),
    createdAtMs: 1,
    steps: [1, 2].map(stepId => ({ stepId, name: `step ${stepId}` })),
  })
  return (await builds.listSteps(PROJECT, RECORD)).map(({ log }) => log)
}

/** Passes until nothing is due. */
async function flushEverything(ports: FlushPorts): Promise<void> {
  for (;;) {
    const due = await ports.journal.due(AbortSignal.timeout(50))
    if (due.length === 0) return
    await flushFrames(ports, due)
  }
}

/** A journal whose medium has lost a few bytes of one log. */
function damagedJournal(journal: Journal, damagedLog: LogId): Journal {
  const read: Journal['read'] = async function* (log, from, to) {
    for await (const chunk of journal.read(log, from, to)) {
      const sound = Math.max(0, DAMAGED.from - chunk.at)
      if (log !== damagedLog || chunk.at >= DAMAGED.to || chunk.at + chunk.bytes.length <= DAMAGED.from)
        yield chunk
      else {
        if (sound > 0) yield { ...chunk, bytes: chunk.bytes.subarray(0, sound) }
        throw new TailraceError('log-damaged', 'a record fails its checksum')
      }
    }
  }
  return new Proxy(journal, {
    get: (target, name) => {
      if (name === 'read') return read
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chunks))
}
