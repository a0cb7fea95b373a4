/**
 * How many live logs and open builds a project may have at once (docs/api.md section 6,
 * docs/operations.md).
 */

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { RunnerHome } from '../../props/runner.ts'
import { assertRefused, type Caller, eventually, type Reply } from '../../props/wire.ts'
import { inNewProject, startFixture } from '../fixture.ts'

const BOUND_MS = 60_000
const LIMITS = { TAILRACE_LIVE_LOGS_PER_PROJECT: '3', TAILRACE_OPEN_BUILDS_PER_PROJECT: '4' }

const create = (caller: Caller, more: Readonly<Record<string, unknown>> = {}) =>
  caller.post('/api/v1/builds', { job_name: 'limits', steps: [{ name: 'one' }], ...more })

function assertTooMany(reply: Reply, what: RegExp): void {
  assertRefused(reply, 429, 'APIGW.0308', what)
  assert.match(String(reply.headers['retry-after']), /^[1-9]/)
}

async function gauges(caller: Caller): Promise<{ readonly live: number; readonly open: number }> {
  const { text } = await caller.get('/metrics')
  const value = (name: string) => Number(new RegExp(`^tailrace_${name} (\\S+)$`, 'm').exec(text)?.[1])
  return { live: value('live_logs'), open: value('open_builds') }
}

test('builds that race for the last places get just those, also after a kill; a result makes room', async () => {
  const { server, caller } = await startFixture({ env: LIMITS })
  const replies = await Promise.all(
    Array.from({ length: 40 }, () => create(caller, { record_id: randomUUID() })),
  )
  const made = replies.filter(({ status }) => status === 201).map(reply => reply.json())
  assert.equal(made.length, 4)
  for (const reply of replies) if (reply.status !== 201) assertTooMany(reply, /4 open builds/)
  assert.deepEqual(await gauges(caller), { live: 0, open: 4 })
  await server.kill('SIGKILL')
  await server.restart()
  assertTooMany(await create(caller), /4 open builds/)
  const again = await create(caller, { record_id: made[0].record_id })
  assert.deepEqual([again.status, again.json().build_no], [200, made[0].build_no])
  assert.equal((await caller.finishBuild(made[0])).status, 200)
  assert.equal((await create(caller)).status, 201)
  assertTooMany(await create(caller), /4 open builds/)
  assert.equal((await caller.send('DELETE', `/api/v1/builds/${made[1].record_id}`)).status, 204)
  assert.equal((await create(caller)).status, 201)

  assert.equal((await create(await inNewProject(caller))).status, 201)
})

test('logs that race to begin get just the places there are, also after a kill; a finish makes room', async () => {
  const { server, caller } = await startFixture({ env: LIMITS })
  const build = await caller.newBuild(12)
  const steps = build.steps.map(step => step.step_id)
  const replies = await Promise.all(steps.map(step => caller.append(build, step, 0, 'one\n')))
  const live = steps.filter((_, n) => replies[n]!.status === 204)
  const refused = steps.filter((_, n) => replies[n]!.status !== 204)
  assert.equal(live.length, 3)
  for (const reply of replies) if (reply.status !== 204) assertTooMany(reply, /3 live logs/)
  for (const step of refused) assert.equal(await caller.head(build, step), 0)
  assert.deepEqual(await gauges(caller), { live: 3, open: 1 })
  await server.kill('SIGKILL')
  await server.restart()
  assert.deepEqual(await gauges(caller), { live: 3, open: 1 })
  assertTooMany(await caller.append(build, refused[0]!, 0, 'one\n'), /3 live logs/)
  assert.equal((await caller.append(build, live[0]!, 4, 'two\n')).status, 204)
  assert.equal((await caller.finishStep(build, refused[1]!)).status, 200)
  assertTooMany(await caller.append(build, refused[0]!, 0, 'one\n'), /3 live logs/)
  assert.equal((await caller.finishStep(build, live[0]!)).status, 200)
  assert.equal((await caller.append(build, refused[0]!, 0, 'one\n')).status, 204)
  assertTooMany(await caller.append(build, refused[2]!, 0, 'one\n'), /3 live logs/)
})

test('what a runner left gives its places back after the silence that abandons a step', async () => {
  const one = { TAILRACE_LIVE_LOGS_PER_PROJECT: '1', TAILRACE_OPEN_BUILDS_PER_PROJECT: '1' }
  const { caller } = await startFixture({ env: { ...one, TAILRACE_ABANDONED_AFTER_S: '1' } })
  await caller.newLog('one\n', { live: true })
  const next = await eventually(async () => {
    const reply = await create(caller)
    assert.equal(reply.status, 201)
    return reply.json()
  }, BOUND_MS)
  assert.equal((await caller.append(next, 1, 0, 'one\n')).status, 204)
})

test('a command runs as without while its build finds no place, and its log comes when there is one', async () => {
  const { server, caller } = await startFixture({ env: { TAILRACE_OPEN_BUILDS_PER_PROJECT: '1' } })
  const blocker = await caller.newBuild()
  using home = new RunnerHome(server.url)
  const record = randomUUID()
  const script = 'echo kept; exit 7'
  const ended = await home.run(['run', '--wait', '1', '--record', record, '--raw', '--', 'sh', '-c', script])
  assert.deepEqual([ended.code, ended.stdout], [7, 'kept\n'])
  assert.match(ended.stderr, /1 open builds.*the log is kept on disk and will be sent later/)
  assert.equal(home.waiting().length, 1)
  assert.equal((await caller.finishBuild(blocker)).status, 200)
  assert.equal((await home.run(['deliver'])).code, 0)
  assert.deepEqual(home.waiting(), [])
  assert.equal(await home.logOf(record), 'kept\n')
})

test('a command whose log is over quota continues, and the log is sent as soon as there is room', async () => {
  const { server, caller } = await startFixture({ env: { TAILRACE_LIVE_LOGS_PER_PROJECT: '1' } })
  const blocker = await caller.newLog('in the way\n', { live: true })
  using home = new RunnerHome(server.url)
  const record = randomUUID()
  const [printed, go] = [join(home.folder, 'printed'), join(home.folder, 'go')]
  const script = `echo before; touch ${printed}; until [ -e ${go} ]; do sleep 0.1; done; echo after; exit 7`
  const running = home.start(['run', '--record', record, '--raw', '--', 'sh', '-c', script])
  await eventually(async () => assert.ok(existsSync(printed)), BOUND_MS)
  await eventually(async () => assert.ok((await refusedAppends(caller)) > 0), BOUND_MS)
  writeFileSync(go, '')
  assert.equal((await caller.finishStep(blocker, 1)).status, 200)
  const ended = await running.ended
  assert.equal(ended.code, 7)
  assert.deepEqual(home.waiting(), [])
  assert.equal(await home.logOf(record), 'before\nafter\n')
})

async function refusedAppends(caller: Caller): Promise<number> {
  const { text } = await caller.get('/metrics')
  return Number(/_count\{method="PATCH",[^}]*status="429"\} (\d+)/.exec(text)?.[1] ?? 0)
}
