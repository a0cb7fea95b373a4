/** The states of a build and its steps are followed as they change (docs/api.md §5). */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventsOf, openStream, type ReceivedEvent } from '../../props/event-stream.ts'
import {
  assertRefused,
  assertSameRefusal,
  type BuildAnswer,
  logPath,
  sha256,
  UNKNOWN_RECORD,
  uploader,
} from '../../props/wire.ts'
import { inNewProject, startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const pathOf = (build: { readonly record_id: string }) => `/api/v1/builds/${build.record_id}/events`
const brief = (event: ReceivedEvent) => {
  const { step_id, state, status } = event.json()
  return event.event === 'step' ? [step_id, state, status] : [event.event, status]
}

test('the build and its steps come as they are, then each change, then the end', async () => {
  const build = await caller.newBuild(2)
  const events = eventsOf(await openStream(server.url, pathOf(build), caller.headers))
  const next = async () => brief((await events.next()).value!)
  assert.deepEqual(await next(), ['build', null])
  assert.deepEqual(await next(), [1, 'waiting', null])
  assert.deepEqual(await next(), [2, 'waiting', null])
  await caller.append(build, 1, 0, 'one\n')
  assert.deepEqual(await next(), [1, 'running', null])
  await caller.post(`/api/v1/builds/${build.record_id}/steps`, { steps: [{ name: 'late' }] })
  assert.deepEqual(await next(), [3, 'waiting', null])
  await caller.finishBuild(build, { status: 'FAILURE' })
  assert.deepEqual(await next(), ['build', 'FAILURE'])
  assert.deepEqual(await next(), [2, 'skipped', null])
  assert.deepEqual(await next(), [3, 'skipped', null])
  await caller.finishStep(build, 1)
  const sealed = (await events.next()).value!
  assert.deepEqual(brief(sealed), [1, 'sealed', 'SUCCESS'])
  const { size, sha256: hash, name, began_at, finished_at } = sealed.json()
  assert.deepEqual([size, hash, name], [4, sha256('one\n'), 'step 1'])
  assert.ok(new Date(began_at) <= new Date(finished_at))
  const end = (await events.next()).value!
  assert.deepEqual([...brief(end), end.id], ['end', 'FAILURE', 'end'])
  assert.equal((await events.next()).done, true)
})

/**
 * Followers poll too, but seldom: what they receive comes from the change. That it
 * comes without any look is tried in src/core/maintain/inform-followers.test.ts.
 */
test('a follower sees that a step is abandoned', async () => {
  const { server: quick, caller: there } = await startFixture({ env: { TAILRACE_ABANDONED_AFTER_S: '1' } })
  const build = await there.newLog('one\n', { live: true })
  const events = eventsOf(await openStream(quick.url, pathOf(build), there.headers))
  for (let seen: unknown; seen !== 'abandoned'; ) seen = brief((await events.next()).value!)[1]
  await events.return(undefined)
})

for (const [what, remove] of [
  ['build', (build: BuildAnswer) => caller.send('DELETE', `/api/v1/builds/${build.record_id}`)],
  ['job', (build: BuildAnswer) => caller.send('DELETE', `/api/v1/jobs/${build.job_id}`)],
] as const)
  test(`the streams of a build and of its log end when its ${what} is deleted`, async () => {
    const build = await caller.newBuild(1, { job_name: `deleted ${what}` })
    await caller.append(build, 1, 0, 'one\n')
    const paths = [pathOf(build), `${logPath(build, 1)}/events`]
    const streams = await Promise.all(paths.map(path => openStream(server.url, path, caller.headers)))
    const seen = streams.map(stream => {
      const events = eventsOf(stream)
      return { first: events.next(), events }
    })
    await Promise.all(seen.map(({ first }) => first))
    assert.equal((await remove(build)).status, 204)
    for (const { events } of seen)
      assert.ok((await Array.fromAsync(events)).every(({ event }) => event !== 'end'))
  })

test('a reader that resumes after the end gets 204, as nothing follows', async () => {
  const build = await caller.newBuild()
  const resume = () => caller.get(pathOf(build), { 'Last-Event-ID': 'end' })
  await caller.finishBuild(build)
  assert.equal((await resume()).status, 204)
  const all = await Array.fromAsync(eventsOf(await openStream(server.url, pathOf(build), caller.headers)))
  assert.deepEqual(all.map(brief), [
    ['build', 'SUCCESS'],
    [1, 'skipped', null],
    ['end', 'SUCCESS'],
  ])
})

test('other projects and holders of another build\u2019s upload token see nothing', async () => {
  const build = await caller.newBuild()
  const other = await caller.newBuild()
  await caller.finishBuild(build)
  assert.equal((await uploader(server, build).get(pathOf(build))).status, 200)
  assertRefused(await uploader(server, other).get(pathOf(build)), 403, 'APIGW.0302')
  const stranger = await inNewProject(caller)
  const there = await stranger.get(pathOf(build))
  assertRefused(there, 404, 'DEVCB.00031006')
  assertSameRefusal(there, await stranger.get(pathOf({ record_id: UNKNOWN_RECORD })))
})
