/**
 * Nobody sees another project: answers about it equal those about unknown objects byte for byte,
 * except for the request ID.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  assertRefused,
  assertSameRefusal,
  type BuildAnswer,
  Caller,
  type Headers,
  logPath,
  type Reply,
  signIn,
  TUS,
  UNKNOWN_JOB,
  UNKNOWN_RECORD,
} from '../../props/wire.ts'
import { inNewProject, startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
/** The same admin, signed in to another project. */
const stranger = await inNewProject(caller)

const build = await caller.newLog('secret\n')
const nowhere: BuildAnswer = { ...build, job_id: UNKNOWN_JOB, record_id: UNKNOWN_RECORD }

describe('another project\u2019s build is answered like an unknown one, in every state', () => {
  const at0: Headers = { ...TUS, 'Upload-Offset': '0' }
  type Asked = [what: string, ask: (target: BuildAnswer) => Promise<Reply>]
  const requests: readonly Asked[] = [
    ['a range past its end', target => stranger.get(logPath(target, 1), { Range: 'bytes=999-' })],
    ['a step that it has not', target => stranger.get(logPath(target, 2))],
    ['an append that does not fit', target => stranger.send('PATCH', logPath(target, 1), at0, 'x')],
    ['a repeated append', target => stranger.send('PATCH', logPath(target, 1), at0, 'secret\n')],
    ['a finish that does not fit', target => stranger.finishStep(target, 1, { status: 'FAILURE', size: 1 })],
  ]
  for (const [what, ask] of requests)
    test(what, async () => {
      const [there, unknown] = [await ask(build), await ask(nowhere)]
      assertRefused(there, 404, 'DEVCB.00031006')
      assertSameRefusal(there, unknown)
      const names = (reply: Reply) => Object.keys(reply.headers).sort()
      assert.deepEqual(names(there), names(unknown))
      assert.equal(there.headers['upload-offset'], undefined)
    })

  test('HEAD', async () => {
    for (const target of [build, nowhere]) {
      const reply = await stranger.send('HEAD', logPath(target, 1))
      assert.deepEqual([reply.status, reply.headers['upload-offset']], [404, undefined])
    }
  })

  test('and nothing of it has changed', async () => {
    assert.equal((await caller.get(logPath(build, 1))).text, 'secret\n')
  })
})

describe('names and ids of projects', () => {
  test('the same job name is another job in another project', async () => {
    const [one, other] = [
      await caller.newBuild(1, { job_name: 'shared' }),
      await stranger.newBuild(1, { job_name: 'shared' }),
    ]
    assert.notEqual(one.job_id, other.job_id)
    assert.notEqual(one.project_id, other.project_id)
    assert.equal(other.build_no, 1)
  })

  test('the same record_id in another project reveals nothing of the first', async () => {
    const body = { job_name: 'mine', record_id: build.record_id, steps: [{ name: 'mine' }] }
    const reply = await stranger.post('/api/v1/builds', body)
    // A record id is a project's own: the look-up is keyed by (project, id).
    assert.equal(reply.status, 201, reply.text)
    await stranger.append(reply.json(), 1, 0, 'other\n')
    assert.equal((await stranger.get(logPath(build, 1))).text, 'other\n')
    assert.equal((await caller.get(logPath(build, 1))).text, 'secret\n')
  })
})

describe('a member', () => {
  let users = 0
  const member = async (role: string) => {
    const user = { name: `user-${++users}`, password: `good-password-${users}` }
    const reply = await caller.post('/api/v1/users', { ...user, roles: [role] })
    assert.equal(reply.status, 201, reply.text)
    return { ...user, caller: new Caller(server, { 'X-Auth-Token': await signIn(server.url, user) }) }
  }

  test('a token ends when the password or the roles change, and when the user is deleted', async () => {
    for (const change of [
      (name: string) =>
        caller.send(
          'PATCH',
          `/api/v1/users/${name}`,
          { 'Content-Type': 'application/json' },
          '{"password":"another-password"}',
        ),
      (name: string) =>
        caller.send(
          'PATCH',
          `/api/v1/users/${name}`,
          { 'Content-Type': 'application/json' },
          '{"roles":["runner"]}',
        ),
      (name: string) => caller.send('DELETE', `/api/v1/users/${name}`),
    ]) {
      const user = await member('reader')
      assert.equal((await user.caller.page(build)).status, 200)
      assert.ok((await change(user.name)).status < 300)
      assertRefused(await user.caller.page(build), 401, 'APIGW.0301')
    }
  })
})
