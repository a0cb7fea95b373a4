import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { overriding } from '../../../test/props/overriding.ts'
import { isTailraceError } from '../../contract/errors.ts'
import { memoryBuildCatalog } from '../../store/memory/memory-build-catalog.ts'
import { createMemoryCoordination } from '../../store/memory/memory-coordination.ts'
import { memoryFrameCatalog } from '../../store/memory/memory-frame-catalog.ts'
import { MemoryJournal } from '../../store/memory/memory-journal.ts'
import { createMemoryNotifier } from '../../store/memory/memory-notifier.ts'
import { createMemoryPackStore } from '../../store/memory/memory-pack-store.ts'
import type { Step } from '../ports/build-catalog.ts'
import type { Journal } from '../ports/journal.ts'
import { storeLogReader } from '../read/reader/store-log-reader.ts'
import { appendLog, appendWhole } from './append-log.ts'
import { finishStep } from './finish-step.ts'
import type { WritePorts } from './live-logs.ts'
import { LogDigests } from './log-digests.ts'
import { Quotas } from './quotas.ts'

const text = (string: string) => new TextEncoder().encode(string)

async function* streamOf(...parts: readonly string[]) {
  for (const part of parts) yield text(part)
}

/** A store with one step, of which every look at the journal, the head and the catalog is noted. */
async function openStore() {
  const [builds, frames, memory] = [memoryBuildCatalog(), memoryFrameCatalog(), new MemoryJournal()]
  const calls: string[] = []
  const noted = <T extends object>(target: T, name: string): T =>
    new Proxy(target, {
      get(_, method) {
        const member: unknown = Reflect.get(target, method)
        if (typeof member !== 'function') return member
        return (...given: unknown[]) => {
          calls.push(`${name}.${String(method)}`)
          return member.apply(target, given)
        }
      },
    })
  const journal: Journal = noted(memory, 'journal')
  const reader = storeLogReader({ journal: memory, frames, packs: createMemoryPackStore() })
  const ports: WritePorts = {
    builds: noted(builds, 'builds'),
    frames,
    journal,
    reader: noted(reader, 'reader'),
    notifier: createMemoryNotifier(),
    digests: new LogDigests(() => ({ update: () => {}, hex: () => '0'.repeat(64) })),
    ...createMemoryCoordination(),
    quotas: new Quotas({ liveLogs: 0, openBuilds: 0 }, 0),
    clock: () => 1,
  }
  const { build } = await builds.createBuild({
    projectId: 'p',
    recordId: 'r',
    job: { name: 'nightly', idIfNew: 'j' },
    source: 'test',
    creatorId: 'u',
    createdAtMs: 1,
    steps: [{ stepId: 1, name: 'compile' }],
  })
  const [step] = (await builds.listSteps(build.projectId, build.recordId)) as readonly [Step]
  const stored = async () => {
    const chunks = await Array.fromAsync(reader.read(step.log, 0, await reader.head(step.log)))
    return Buffer.concat(chunks).toString()
  }
  return { ports, step, memory, calls, stored, removal: builds }
}

const refusal = (code: string, head: number) => (error: unknown) => {
  assert.ok(isTailraceError(error) && error.code === code, String(error))
  assert.equal(error.detail.head, head)
  return true
}

describe('an append at the head of a live log', () => {
  test('asks the journal once, and neither the reader nor the catalog', async () => {
    const { ports, step, calls, stored } = await openStore()
    await appendWhole(ports, step, 0, text('one\n'))
    calls.length = 0
    assert.equal(await appendLog(ports, step, 4, streamOf('two\n')), 8)
    assert.equal(await appendWhole(ports, step, 8, text('three\n')), 14)
    assert.deepEqual(calls, ['journal.append', 'journal.append'])
    assert.equal(await stored(), 'one\ntwo\nthree\n')
  })
})

describe('an append that does not join', () => {
  test('does not make a waiting log live', async () => {
    const { ports, step, memory } = await openStore()
    await assert.rejects(appendWhole(ports, step, 1, text('x')), refusal('offset-conflict', 0))
    await assert.rejects(appendLog(ports, step, 1, streamOf('x')), refusal('offset-conflict', 0))
    await assert.rejects(appendLog(ports, step, 1, streamOf()), refusal('offset-conflict', 0))
    assert.equal(await memory.extent(step.log), undefined)
    assert.equal((await ports.builds.findStep('p', { recordId: 'r' }, 1))?.state, 'waiting')
  })

  test('is refused with the head, whether it leaves a gap or differs', async () => {
    const { ports, step, stored } = await openStore()
    await appendWhole(ports, step, 0, text('one\n'))
    for (const [at, bytes] of [
      [5, 'x'],
      [3, '\rtwo\n'],
      [0, 'One\ntwo\n'],
      [5, ''],
    ] as const)
      await assert.rejects(appendWhole(ports, step, at, text(bytes)), refusal('offset-conflict', 4))
    assert.equal(await stored(), 'one\n')
  })
})

describe('an append that repeats', () => {
  test('stores only what is new, chunk by chunk', async () => {
    const { ports, step, stored } = await openStore()
    await appendWhole(ports, step, 0, text('one\ntw'))
    assert.equal(await appendLog(ports, step, 0, streamOf('one\n', 'two\n', 'three\n')), 14)
    assert.equal(await appendLog(ports, step, 4, streamOf('two\n')), 14)
    assert.equal(await appendLog(ports, step, 0, streamOf()), 14)
    assert.equal(await stored(), 'one\ntwo\nthree\n')
  })

  test('is a success after the seal, and any other append names the seal', async () => {
    const { ports, step, stored } = await openStore()
    await appendWhole(ports, step, 0, text('one\n'))
    await finishStep(ports, step, { outcome: 'SUCCESS' })
    assert.equal(await appendWhole(ports, step, 0, text('one\n')), 4)
    assert.equal(await appendLog(ports, step, 2, streamOf('e')), 4)
    for (const [at, bytes] of [
      [4, 'x'],
      [0, 'one\ntwo\n'],
      [0, 'One'],
      [9, 'x'],
    ] as const)
      await assert.rejects(appendWhole(ports, step, at, text(bytes)), refusal('log-sealed', 4))
    assert.equal(await stored(), 'one\n')
  })

  test('is a success although another writer stores and seals the same bytes in between', async () => {
    const { ports, step, memory } = await openStore()
    await appendWhole(ports, step, 0, text('one\n'))
    await memory.close(step.log)
    let overtaken = false
    const head: WritePorts['reader']['head'] = async log => {
      const seen = await ports.reader.head(log)
      if (!overtaken) {
        overtaken = true
        await appendWhole(ports, step, 4, text('two\n'))
        await finishStep(ports, step, { outcome: 'SUCCESS' })
      }
      return seen
    }
    const slow = { ...ports, reader: { read: ports.reader.read, head } }
    assert.equal(await appendWhole(slow, step, 4, text('two\n')), 8)
    assert.ok(overtaken)
  })
})

describe('an append to a log that is deleted meanwhile', () => {
  test('is rejected and leaves no live log', async () => {
    const { ports, step, memory, removal } = await openStore()
    const builds = overriding(ports.builds, {
      changeStep: async (log, from, change) => {
        await removal.removeBuild(step.projectId, step.recordId)
        return ports.builds.changeStep(log, from, change)
      },
    })
    await assert.rejects(appendWhole({ ...ports, builds }, step, 0, text('x')), error =>
      isTailraceError(error, 'not-found'),
    )
    assert.equal(await memory.extent(step.log), undefined)
    assert.equal(ports.quotas.liveLogs, 0)
  })
})

describe('writers at the same time', () => {
  test('store the same bytes once, and join what the others stored', async () => {
    const { ports, step, stored } = await openStore()
    const all = 'one\ntwo\nthree\n'
    const heads = await Promise.all(
      [4, 8, 14, 6, 14].map(length => appendWhole(ports, step, 0, text(all.slice(0, length)))),
    )
    assert.ok(heads.every((head, i) => head >= [4, 8, 14, 6, 14][i]!))
    assert.equal(await stored(), all)
  })
})
