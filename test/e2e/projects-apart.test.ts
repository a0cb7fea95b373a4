/** Nobody sees another project: what is there is answered, but for the request id, byte for byte like what is nowhere. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { startServer } from '../server-process.ts'
import {
  ADMIN,
  admin,
  assertRefused,
  assertSameRefusal,
  type BuildAnswer,
  Caller,
  downloadPath,
  type Headers,
  logPath,
  pagePath,
  type Reply,
  signIn,
  TUS,
  UNKNOWN_JOB,
  UNKNOWN_RECORD,
} from '../wire.ts'

const server = await startServer()
after(() => server.stop())
const caller = await admin(server)
const made = await caller.post('/api/v1/projects', { name: 'other-project' })
assert.equal(made.status, 201, made.text)
/** The same admin, signed in to the other project. */
const stranger = new Caller(server, {
  'X-Auth-Token': await signIn(server.url, ADMIN, { project: { name: 'other-project' } }),
})

const build = await caller.newLog('secret\n')
const nowhere: BuildAnswer = { ...build, job_id: UNKNOWN_JOB, record_id: UNKNOWN_RECORD }

/** Other reads, with capitals where ids of a build stand. */
const READS = [
  '/v1/log/task/page?job_id=JOB&build_no=NUMBER&step_id=1',
  '/v1/log/stage/page?job_id=JOB&build_no=NUMBER',
  '/v1/log/JOB/NUMBER/real-time-log?size=1',
  '/v3/jobs/JOB/NUMBER/real-time-log?offset=0',
  '/v1/log/JOB/NUMBER/analysis',
  '/v1/log/RECORD/task-log?task_name=stage1',
  '/v1/log/RECORD/download-log?compress=true',
  '/v3/RECORD/download-log',
  '/v4/RECORD/download-log',
]
const filledIn = (route: string, { job_id, build_no, record_id }: BuildAnswer) =>
  route.replace('JOB', job_id).replace('NUMBER', String(build_no)).replace('RECORD', record_id)

describe('another project\u2019s build is answered like an unknown one', () => {
  const at0: Headers = { ...TUS, 'Upload-Offset': '0' }
  type Asked = [what: string, ask: (target: BuildAnswer) => Promise<Reply>]
  const requests: readonly Asked[] = [
    ['page', target => stranger.get(pagePath(target))],
    ['download', target => stranger.get(downloadPath(target))],
    ...READS.map((route): Asked => [route, target => stranger.get(filledIn(route, target))]),
    ['raw read', target => stranger.get(logPath(target, 1))],
    ['range', target => stranger.get(logPath(target, 1), { Range: 'bytes=999-' })],
    ['append', target => stranger.send('PATCH', logPath(target, 1), at0, 'x')],
    ['repeated append', target => stranger.send('PATCH', logPath(target, 1), at0, 'secret\n')],
    ['finish of a step', target => stranger.finishStep(target, 1)],
    ['finish of a build', target => stranger.finishBuild(target)],
    [
      'new step',
      target => stranger.post(`/api/v1/builds/${target.record_id}/steps`, { steps: [{ name: 'x' }] }),
    ],
    ['new build of its job', target => stranger.post('/api/v1/builds', { job_id: target.job_id })],
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

  test('the same record_id in another project tells nothing of the first', async () => {
    const body = { job_name: 'mine', record_id: build.record_id, steps: [{ name: 'mine' }] }
    const reply = await stranger.post('/api/v1/builds', body)
    // A record id is a project's own: the look-up is keyed by (project, id).
    assert.equal(reply.status, 201, reply.text)
    await stranger.append(reply.json(), 1, 0, 'other\n')
    assert.equal((await stranger.get(logPath(build, 1))).text, 'other\n')
    assert.equal((await caller.get(logPath(build, 1))).text, 'secret\n')
  })
})

describe('roles', async () => {
  let users = 0
  const member = async (...roles: string[]) => {
    const user = { name: `user-${++users}`, password: `good-password-${users}` }
    const reply = await caller.post('/api/v1/users', { ...user, roles })
    assert.equal(reply.status, 201, reply.text)
    return { ...user, caller: new Caller(server, { 'X-Auth-Token': await signIn(server.url, user) }) }
  }
  const create = (by: Caller) => by.post('/api/v1/builds', { job_name: 'roles', steps: [{ name: 'one' }] })

  test('a reader reads every log and writes none', async () => {
    const { caller: reader } = await member('reader')
    assert.equal((await reader.get(logPath(build, 1))).text, 'secret\n')
    assert.equal((await reader.page(build)).status, 200)
    for (const reply of [
      await create(reader),
      await reader.append(build, 1, 0, 'x'),
      await reader.finishStep(build, 1),
      await reader.finishBuild(build),
    ])
      assertRefused(reply, 403, 'APIGW.0302')
  })

  test('a runner writes and reads the builds it made, and no others', async () => {
    const { caller: runner } = await member('runner')
    const own = (await create(runner)).json() as BuildAnswer
    assert.equal((await runner.append(own, 1, 0, 'one\n')).status, 204)
    assert.equal((await runner.get(logPath(own, 1))).text, 'one\n')
    assert.equal((await runner.finishStep(own, 1)).status, 200)
    assert.equal((await runner.page(own)).json().result.log, 'one\n')
    for (const reply of [
      await runner.get(logPath(build, 1)),
      await runner.page(build),
      await runner.append(build, 1, 0, 'x'),
    ])
      assertRefused(reply, 403, 'APIGW.0302')
  })

  test('only an admin manages users', async () => {
    for (const role of ['reader', 'runner']) {
      const { caller: by } = await member(role)
      assertRefused(
        await by.post('/api/v1/users', { name: 'new', password: 'good-password', roles: ['admin'] }),
        403,
        'APIGW.0302',
      )
    }
  })

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
