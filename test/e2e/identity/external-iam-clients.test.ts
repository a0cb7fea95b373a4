/** A server with an external IAM, as whole clients and every operation see it. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { TailraceClient } from '../../../src/client/index.ts'
import { OPERATIONS } from '../../../src/contract/operations.ts'
import { openKeystoneFront, passTo } from '../../props/keystone-front.ts'
import { RunnerHome } from '../../props/runner.ts'
import { BOOTSTRAP, startServer } from '../../props/server-process.ts'
import { nothingOf, type Target, wellFormed } from '../../props/well-formed-request.ts'
import { admin, Caller, downloadPath, eventually, signIn } from '../../props/wire.ts'

const WAIT_MS = 60_000

const iam = await startServer()
after(() => iam.stop())
const iamProject: string = (await (await admin(iam)).get('/api/v1/projects')).json().projects[0].id
const front = await openKeystoneFront(passTo(() => iam.url))
after(() => front[Symbol.asyncDispose]())
const server = await startServer({
  env: { TAILRACE_IAM_URL: front.url, TAILRACE_IAM_PROJECTS: '*', TAILRACE_IAM_CACHE_S: '0' },
})
after(() => server.stop())
const vouched = new Caller(server, { 'X-Auth-Token': await signIn(iam.url) })

test('the client obtains tokens from the IAM and reads and writes with them', async () => {
  const { domain, project, user, password } = BOOTSTRAP
  const credentials = { domain, project, user, password }
  const client = new TailraceClient({ url: server.url, identityUrl: iam.url, credentials })
  const build = await vouched.newLog('one\n')
  assert.equal(build.project_id, iamProject)
  let text = ''
  for await (const chunk of client.readLog({ jobId: build.job_id, buildNo: build.build_no, stepId: 1 }))
    text += chunk.text
  assert.equal(text, 'one\n')
})

test('no operation shows an admin of the external IAM what belongs to the server\u2019s own users', async () => {
  const own = await admin(server)
  const key = (await own.post('/api/v1/keys', {})).json().access_key
  const user = 'the-own-user'
  const draft = { name: user, password: 'a-good-password-1', roles: ['reader'] }
  assert.equal((await own.post('/api/v1/users', draft)).status, 201)
  const build = await own.newLog('own\n')
  const target: Target = { build, user, accessKey: key, token: await signIn(server.url) }
  const nothing = nothingOf(target)
  const seen = () => Promise.all(['/api/v1/users', '/api/v1/keys', '/api/v1/jobs'].map(path => own.get(path)))
  const before = (await seen()).map(({ text }) => text)
  // Operations that need no credentials, or have their own in the body, do not depend on the
  // caller.
  const open = /^(check-|create-session|create-token|describe-uploads|read-api-|delete-session)/
  for (const operation of OPERATIONS.filter(({ name }) => !open.test(name))) {
    const [asked, unknown] = await Promise.all(
      [target, nothing].map(one => {
        const { method, path, headers, body } = wellFormed(operation, one)
        return vouched.send(method, path, headers, body)
      }),
    )
    assert.equal(asked!.status, unknown!.status, `${operation.name}: ${asked!.text}`)
    assert.ok(asked!.status < 500, `${operation.name}: ${asked!.text}`)
    for (const secret of [build.record_id, build.job_id, user, key])
      assert.ok(asked!.status === 404 || !asked!.text.includes(secret), `${operation.name}: ${asked!.text}`)
  }
  assert.deepEqual(
    (await seen()).map(({ text }) => text),
    before,
  )
  assert.equal((await own.get(downloadPath(build))).text, 'own\n')
})

test('a step keeps its whole log, and the build its exit code, when the IAM goes away while it runs', async () => {
  using home = new RunnerHome(server.url)
  const script = 'echo before; until [ -e go ]; do sleep 0.1; done; echo after; exit 5'
  const env = { TAILRACE_TOKEN: await signIn(iam.url), TAILRACE_AK: undefined, TAILRACE_SK: undefined }
  const running = home.start(['run', '--job', 'nightly', '--', 'sh', '-c', script], env)
  using _ending = { [Symbol.dispose]: () => void running.child.kill('SIGKILL') }
  const record = await eventually(async () => {
    const { jobs } = (await vouched.get('/api/v1/jobs')).json()
    const job = jobs.find(({ name }: { name: string }) => name === 'nightly')
    const { builds } = (await vouched.get(`/api/v1/jobs/${job.job_id}/builds`)).json()
    return String(builds[0].record_id)
  }, WAIT_MS)
  await iam.kill('SIGKILL')
  writeFileSync(join(home.folder, 'go'), '')
  const ended = await running.ended
  assert.equal(ended.code, 5, ended.stderr)
  assert.deepEqual(home.waiting(), [])
  await iam.restart()
  const log = await eventually(async () => {
    const reply = await vouched.get(`/v4/${record}/task-log?task_name=stage1`)
    assert.equal(reply.status, 200, reply.text)
    return reply.text
  }, WAIT_MS)
  assert.match(log, /before\n(.*\n)*.*after\n$/)
})
