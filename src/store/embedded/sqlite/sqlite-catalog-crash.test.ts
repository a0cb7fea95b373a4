import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { LogId } from '../../../contract/quantities.ts'
import { sqlBuildCatalog } from '../../sql/catalog/sql-build-catalog.ts'
import { sqlFrameCatalog } from '../../sql/catalog/sql-frame-catalog.ts'
import { openSqlite } from './sqlite.ts'

const PROJECT = 'a'.repeat(32)
const ROUNDS = 4

/**
 * Runs until it is killed: makes builds, seals their steps and adds frames, and prints what was
 * acknowledged.
 */
const WRITER = `
  import { openSqlite } from ${moduleName('./sqlite.ts')}
  import { sqlBuildCatalog } from ${moduleName('../../sql/catalog/sql-build-catalog.ts')}
  import { sqlFrameCatalog } from ${moduleName('../../sql/catalog/sql-frame-catalog.ts')}
  const [path, round] = process.argv.slice(1)
  const db = await openSqlite(path)
  const builds = sqlBuildCatalog(db)
  const frames = sqlFrameCatalog(db)
  async function work(lane) {
    for (let i = 0; ; i++) {
      const steps = [1, 2, 3].map(stepId => ({ stepId, name: 'step ' + stepId }))
      const job = { name: 'job ' + lane, idIfNew: String(lane).repeat(32) }
      const recordId = [round, lane, i].join('-')
      const { build } = await builds.createBuild({
        projectId: '${PROJECT}', recordId, job, source: '', creatorId: 'ada', createdAtMs: 1, steps,
      })
      console.log(JSON.stringify({ recordId, buildNo: build.buildNo }))
      for (const { log } of await builds.listSteps('${PROJECT}', recordId)) {
        await builds.changeStep(log, ['waiting'], { state: 'sealed', outcome: 'SUCCESS', sizeBytes: 30 })
        console.log(JSON.stringify({ sealed: log }))
        const frame = at => ({ log, at, end: at + 10, firstLine: at / 10, lines: 1, pack: 'pack ' + lane, position: at, storedBytes: 10 })
        await frames.addFrames([frame(0), frame(10)])
        console.log(JSON.stringify({ log, end: 20 }))
        await frames.addFrames([frame(20)])
        console.log(JSON.stringify({ log, end: 30 }))
      }
    }
  }
  await Promise.all([1, 2, 3].map(work))
`

function moduleName(path: string): string {
  return JSON.stringify(new URL(path, import.meta.url).href)
}

interface Acknowledged {
  readonly builds: Map<string, number>
  readonly sealed: Set<LogId>
  readonly ends: Map<LogId, number>
}

/**
 * Kills a writer after it printed `lines` lines; what it printed until it was dead is acknowledged.
 */
async function writeAndKill(path: string, round: number, lines: number, seen: Acknowledged): Promise<void> {
  const child = spawn(
    process.execPath,
    ['--input-type=module-typescript', '-e', WRITER, path, String(round)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const exit = once(child, 'exit')
  let count = 0
  for await (const line of createInterface({ input: child.stdout })) {
    note(JSON.parse(line), seen)
    if (++count === lines) child.kill('SIGKILL')
  }
  assert.deepEqual(await exit, [null, 'SIGKILL'])
}

type Line = { recordId: string; buildNo: number } | { sealed: LogId } | { log: LogId; end: number }

function note(line: Line, seen: Acknowledged): void {
  if ('recordId' in line) seen.builds.set(line.recordId, line.buildNo)
  else if ('sealed' in line) seen.sealed.add(line.sealed)
  else seen.ends.set(line.log, line.end)
}

test('what was acknowledged before kill -9 is there afterwards, and numbers continue after it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-catalog-crash-'))
  const path = join(folder, 'catalog.db')
  const seen: Acknowledged = { builds: new Map(), sealed: new Set(), ends: new Map() }
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const lines = 1 + Math.floor(Math.random() * 150)
      await writeAndKill(path, round, lines, seen)
      await assertThere(path, seen, `round ${round}, killed after ${lines} lines`)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})

async function assertThere(path: string, seen: Acknowledged, when: string): Promise<void> {
  await using db = await openSqlite(path)
  const [builds, frames] = [sqlBuildCatalog(db), sqlFrameCatalog(db)]
  for (const [recordId, buildNo] of seen.builds) {
    assert.equal((await builds.findBuild(PROJECT, { recordId }))?.buildNo, buildNo, when)
    assert.equal((await builds.listSteps(PROJECT, recordId)).length, 3, when)
  }
  const states = await builds.statesOf([...seen.sealed])
  for (const log of seen.sealed) assert.equal(states.get(log)?.state, 'sealed', when)
  for (const [log, end] of seen.ends) {
    const stored = await frames.framesOf(log, 0, 1_000, 10)
    assert.ok(stored.at(-1)!.end >= end, when)
    for (const [i, frame] of stored.entries()) assert.equal(frame.at, i * 10, when)
  }
  await assertNumbersGoOn(builds, seen, when)
}

async function assertNumbersGoOn(
  builds: ReturnType<typeof sqlBuildCatalog>,
  seen: Acknowledged,
  when: string,
): Promise<void> {
  const recordId = `after ${when}`
  const job = { name: 'job 1', idIfNew: '1'.repeat(32) }
  const draft = { projectId: PROJECT, recordId, job, source: '', creatorId: 'ada', createdAtMs: 1 }
  const steps = [1, 2, 3].map(stepId => ({ stepId, name: `step ${stepId}` }))
  const { build } = await builds.createBuild({ ...draft, steps })
  const before = [...seen.builds].filter(([record]) => record.split('-')[1] === '1').map(([, no]) => no)
  assert.ok(build.buildNo > Math.max(0, ...before), when)
}
