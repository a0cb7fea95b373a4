/**
 * Prints how many point reads and batch writes a second the catalog on SQLite does, one caller
 * after the other and many at once, next to a raw prepared statement on the same rows. Usage: node
 * bench/catalog-reads.ts [seconds]
 */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Frame } from '../src/core/ports/pack-store.ts'
import { openSqlite } from '../src/store/embedded/sqlite/sqlite.ts'
import { sqlBuildCatalog } from '../src/store/sql/catalog/sql-build-catalog.ts'
import { sqlFrameCatalog } from '../src/store/sql/catalog/sql-frame-catalog.ts'

const SECONDS = Number(process.argv[2] ?? 1)
const PROJECT = 'a'.repeat(32)
const JOB = 'j'.repeat(32)
const BUILDS = 2_000
const STEPS = 10
const LONG_LOG_FRAMES = 100_000
const SMALL_LOGS = 200_000
const AT_ONCE = 64

const folder = await mkdtemp(join(tmpdir(), 'tailrace-catalog-reads-'))
const path = join(folder, 'catalog.db')
try {
  await using db = await openSqlite(path)
  const builds = sqlBuildCatalog(db)
  const frames = sqlFrameCatalog(db)
  await fill()
  const sizeBefore = await databaseBytes()
  await addSmallLogs()
  console.log(`a small log's frame row: ${((await databaseBytes()) - sizeBefore) / SMALL_LOGS} B`)

  const record = (i: number) => ({ recordId: recordOf(i % BUILDS) })
  const end = LONG_LOG_FRAMES * 65_536
  const somewhere = (i: number) => (i * 7_919 * 65_537) % end
  await rate('raw prepared findStep by record', rawFindStep())
  await rate('findStep by record', i => builds.findStep(PROJECT, record(i), (i % STEPS) + 1))
  await rate('findStep by job and number', i =>
    builds.findStep(PROJECT, { jobId: JOB, buildNo: (i % BUILDS) + 1 }, (i % STEPS) + 1),
  )
  await rate('framesOf, one frame of 100,000', i => frames.framesOf(1, somewhere(i), end, 1))
  await rate('framesOf, 64 frames', i => frames.framesOf(1, somewhere(i), end, 64))
  await rate('frameOfLine of 70,000,000', i => frames.frameOfLine(1, (i * 104_729) % 70_000_000))
  await rate('packedEnds of 1 log', i => frames.packedEnds([(i % 1_000) + 1]))
  await rate('packedEnds of 500 logs', i =>
    frames.packedEnds(Array.from({ length: 500 }, (_, j) => i + j + 2)),
  )
  await rate('statesOf 500 logs', i =>
    builds.statesOf(Array.from({ length: 500 }, (_, j) => (i % 1_000) + j + 1)),
  )
  await rate('addFrames of 500 logs, one commit', i =>
    frames.addFrames(Array.from({ length: 500 }, (_, j) => frame(1_000_000 + i * 500 + j, 0))),
  )
  await rate('createBuild with 10 steps, one commit', i => builds.createBuild(draft(BUILDS + i)))

  async function fill(): Promise<void> {
    for (let i = 0; i < BUILDS; i++) await builds.createBuild(draft(i))
    for (let i = 0; i < LONG_LOG_FRAMES; i += 10_000)
      await frames.addFrames(Array.from({ length: 10_000 }, (_, j) => frame(1, i + j)))
  }

  async function addSmallLogs(): Promise<void> {
    for (let i = 0; i < SMALL_LOGS; i += 10_000)
      await frames.addFrames(Array.from({ length: 10_000 }, (_, j) => frame(2 + i + j, 0)))
  }
} finally {
  await rm(folder, { recursive: true })
}

async function databaseBytes(): Promise<number> {
  return (await stat(path)).size
}

function recordOf(i: number): string {
  return `${String(i).padStart(8, '0')}-0000-4000-8000-000000000000`
}

function draft(i: number) {
  return {
    projectId: PROJECT,
    recordId: recordOf(i),
    job: { name: 'deploy', idIfNew: JOB },
    source: 'cn-north-4',
    creatorId: 'ada',
    createdAtMs: 1_700_000_000_000,
    steps: Array.from({ length: STEPS }, (_, j) => ({ stepId: j + 1, name: `step ${j + 1}` })),
  }
}

function frame(log: number, index: number): Frame {
  const at = index * 65_536
  return {
    log,
    at,
    end: at + 65_536,
    firstLine: index * 700,
    lines: 700,
    pack: `pack ${index % 100}`,
    position: at % 67_108_864,
    storedBytes: 9_000,
  }
}

/** The same three tables by hand, for scale: no Kysely, no promise, no turn to wait for. */
function rawFindStep(): (i: number) => Promise<unknown> {
  const raw = new DatabaseSync(':memory:')
  raw.exec(`create table jobs (id integer primary key, job_id text);
    create table builds (id integer primary key, project_id text, record_id text, job integer, unique (project_id, record_id));
    create table steps (log integer primary key, build integer, step_id integer, name text, unique (build, step_id));
    insert into jobs values (1, '${JOB}')`)
  const build = raw.prepare('insert into builds values (?, ?, ?, 1)')
  const step = raw.prepare('insert into steps (build, step_id, name) values (?, ?, ?)')
  raw.exec('begin')
  for (let i = 0; i < BUILDS; i++) {
    build.run(i + 1, PROJECT, recordOf(i))
    for (let j = 1; j <= STEPS; j++) step.run(i + 1, j, `step ${j}`)
  }
  raw.exec('commit')
  const find = raw.prepare(
    `select * from steps join builds on builds.id = steps.build join jobs on jobs.id = builds.job
     where project_id = ? and record_id = ? and step_id = ?`,
  )
  return async i => find.get(PROJECT, recordOf(i % BUILDS), (i % STEPS) + 1)
}

async function rate(name: string, call: (i: number) => Promise<unknown>): Promise<void> {
  let i = 0
  const run = async (lanes: number) => {
    const before = i
    const started = performance.now()
    const lane = async () => {
      while (performance.now() - started < SECONDS * 1000) await call(i++)
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    return Math.round(((i - before) * 1000) / (performance.now() - started))
  }
  await run(1)
  console.log(`${name}: ${await run(1)}/s alone, ${await run(AT_ONCE)}/s with ${AT_ONCE} callers`)
}
