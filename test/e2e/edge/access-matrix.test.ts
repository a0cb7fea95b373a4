/**
 * Authorization: every operation, called by every kind of caller, with the expected status
 * (docs/api.md §1 and §6).
 */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { Operation } from '../../../src/contract/operation.ts'
import { OPERATIONS } from '../../../src/contract/operations.ts'
import { assertKeepsSecret } from '../../props/server-log.ts'
import { BOOTSTRAP } from '../../props/server-process.ts'
import {
  malformed,
  nothingOf,
  type Target,
  type WellFormed,
  wellFormed,
} from '../../props/well-formed-request.ts'
import {
  ADMIN,
  assertRefused,
  assertSameRefusal,
  Caller,
  type Reply,
  send,
  signIn,
} from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'
import { type Expectation, readTable } from './access/expectations.ts'
import { type Asker, issueExpired, newMember, proven, unproven } from './access/open-callers.ts'

/**
 * Columns: nobody and all whose credentials are bad, expired or revoked; a domain-scoped token; a
 * foreign X-Project-Id; the admin of another project; a reader; the runner that made the build;
 * another runner; the upload token of the build; that of another build; an admin; their access key;
 * their session from own pages and from another site's. `*`: rejected for its target or its body,
 * so a malformed request is rejected before.
 */
const EXPECTED = readTable(`
operation                  none domain header stranger reader owner runner upload upload2 admin key  cookie foreign
add-steps                  401  403    403    404      403    201   403*   201    403     201   201  201    403
append-log                 401  403    403    404      403    204   403*   204    403     204   204  204    403
change-user                401  403    403    404      403*   403*  403*   403    403     200   200  200    403
check-health               200  200    200    200      200    200   200    200    200     200   200  200    200
check-readiness            200  200    200    200      200    200   200    200    200     200   200  200    200
create-build               401  403    403    404      403    201   201    403    403     201   201  201    403
create-key                 401  403    403    404      403*   403*  403*   403    403     201   201  201    403
create-project             401  403    403    201      403    403   403    403    403     201   201  201    403
create-session             201  201    201    201      201    201   201    201    201     201   201  201    403*
create-temporary-key       401* 403*   201    201      201    201   201    401*   401*    201   401* 401*   401*
create-token               201  201    201    201      201    201   201    201    201     201   201  201    201
create-user                401  403    403    201      403    403   403    403    403     201   201  201    403
delete-build               401  403    403    404      403    403   403    403    403     204   204  204    403
delete-job                 401  403    403    404      403    403   403    403    403     204   204  204    403
delete-key                 401  403    403    404      404    204   404    403    403     204   204  204    403
delete-session             204  204    204    204      204    204   204    204    204     204   204  204    403
delete-user                401  403    403    404      403    403   403    403    403     204   204  204    403
describe-token             401  404    200    404      404    200   404    401    401     200   401  401    401
describe-uploads           204  204    204    204      204    204   204    204    204     204   204  204    204
discover-domains           401  200    200    200      200    200   200    403    403     200   200  200    200
discover-projects          401  200    200    200      200    200   200    403    403     200   200  200    200
download-build-log         401  403    403    404      200    200   403*   200    403*    200   200  200    200
download-build-log-v1      401  403    403    404      200    200   403*   200    403*    200   200  200    200
download-build-log-v3      401  403    403    404      200    200   403*   200    403*    200   200  200    200
download-task-log          401  403    403    404      200    200   403*   200    403*    200   200  200    200
download-task-log-v1       401  403    403    404      200    200   403*   200    403*    200   200  200    200
finish-build               401  403    403    404      403    200   403*   200    403     200   200  200    403
finish-step                401  403    403    404      403    200   403*   200    403     200   200  200    403
follow-build               401  403    403    404      200    200   403*   200    403*    200   200  200    200
follow-log                 401  403    403    404      200    200   403*   200    403*    200   200  200    200
list-build-info-records    401  403    403    404      200    200   200    200    403*    200   200  200    200
list-build-info-records-v3 401  403    403    404      200    200   200    200    403*    200   200  200    200
list-build-records         401  403    403    404      200    200   200    200    403*    200   200  200    200
list-builds                401  403    403    404      200    200   200    200    403*    200   200  200    200
list-jobs                  401  403    403    200      200    200   200    200    200     200   200  200    200
list-keys                  401  403    403    200      200    200   200    403    403     200   200  200    200
list-own-project-jobs      401  403    403    200      200    200   200    200    200     200   200  200    200
list-project-jobs          401  403    403    404      200    200   200    200    200     200   200  200    200
list-projects              401  403    403    200      200    200   200    403    403     200   200  200    200
list-users                 401  403    403    200      403    403   403    403    403     200   200  200    200
read-api-docs              200  200    200    200      200    200   200    200    200     200   200  200    200
read-api-document          200  200    200    200      200    200   200    200    200     200   200  200    200
read-build-log             401  403    403    404      200    200   403*   200    403*    200   200  200    200
read-build-log-after-run   401  403    403    404      200    200   403*   200    403*    200   200  200    200
read-build-log-bytes       401  403    403    404      200    200   403*   200    403*    200   200  200    200
read-lines                 401  403    403    404      200    200   403*   200    403*    200   200  200    200
read-log-analysis          401  403    403    404      200    200   403*   200    403*    200   200  200    200
read-metrics               401  403    403    200      403    403   403    403    403     200   200  200    200
read-raw-log               401  403    403    404      200    200   403*   200    403*    200   200  200    200
read-step-log              401  403    403    404      200    200   403*   200    403*    200   200  200    200
read-step-log-after-run    401  403    403    404      200    200   403*   200    403*    200   200  200    200
revoke-token               401  404    204    404      404    204   404    401    401     204   401  401    401
search-log                 401  403    403    404      200    200   403*   200    403*    200   200  200    200
set-retention              401  403    403    404      403    403   403    403    403     200   200  200    403
show-build                 401  403    403    404      200    200   403*   200    403*    200   200  200    200
show-build-info            401  403    403    404      200    200   403*   200    403*    200   200  200    200
show-build-info-record     401  403    403    404      200    200   403*   200    403*    200   200  200    200
show-build-record          401  403    403    404      200    200   403*   200    403*    200   200  200    200
show-full-stages           401  403    403    404      200    200   403*   200    403*    200   200  200    200
show-history-details       401  403    403    404      200    200   403*   200    403*    200   200  200    200
show-job-status            401  403    403    404      200    200   200    200    403*    200   200  200    200
show-job-status-v3         401  403    403    404      200    200   200    200    403*    200   200  200    200
show-record-info           401  403    403    404      200    200   403*   200    403*    200   200  200    200
show-record-info-v3        401  403    403    404      200    200   403*   200    403*    200   200  200    200
show-record-info-v4        401  403    403    404      200    200   403*   200    403*    200   200  200    200
show-running-status        401  403    403    404      200    200   200    200    403*    200   200  200    200
`)

const CODES: Readonly<Record<number, string>> = {
  401: 'APIGW.0301',
  403: 'APIGW.0302',
  404: 'DEVCB.00031006',
}
const LOG = 'one line of a log\n'

const data = mkdtempSync(join(tmpdir(), 'tailrace-matrix-'))
after(() => rmSync(data, { recursive: true, force: true }))
const expired = await issueExpired(data)
const { server, caller } = await startFixture({ data, env: { TAILRACE_LOG_LEVEL: 'debug' } })
const members = {
  reader: await newMember(server, caller, 'the-reader', 'reader'),
  owner: await newMember(server, caller, 'the-owner', 'runner'),
  runner: await newMember(server, caller, 'the-runner', 'runner'),
}
const owner = members.owner.caller
const columns: Readonly<Record<string, Asker>> = await proven(
  server,
  members,
  await caller.newBuild(1, { job_name: 'another job' }),
)
const withoutProof = await unproven(server, expired)
const strange = new Caller(server, await columns.stranger!.credentials({} as WellFormed, {} as Target))

let made = 0
/** A target of its own for what an operation changes or ends. */
async function newTarget({ path }: Operation, known: Target | undefined): Promise<Target> {
  const job = path.includes(':job_id') ? `a job of its own ${++made}` : 'the job'
  const user = `the-user-${++made}`
  if (known === undefined || path.includes(':name')) await newMember(server, caller, user, 'reader')
  const key =
    path.includes(':access_key') || known === undefined ? await owner.post('/api/v1/keys', {}) : undefined
  return {
    build: await owner.newBuild(1, { job_name: job }),
    user: known === undefined || path.includes(':name') ? user : known.user,
    accessKey: key?.json().access_key ?? known?.accessKey,
    token:
      path.includes('/tokens') || known === undefined ? await signIn(server.url, members.owner) : known.token,
  }
}
const standing = await newTarget(OPERATIONS[0]!, undefined)
/** What is only read: so that followers come to an end, it is finished. */
const finished = { ...standing, build: await owner.newLog(LOG) }
assert.equal((await owner.finishBuild(finished.build)).status, 200)

const isRead = ({ method }: Operation) => /GET|HEAD|OPTIONS/.test(method)
const refusedTarget = (operation: Operation) => (isRead(operation) ? finished : standing)
const allowedTarget = async (operation: Operation) =>
  isRead(operation) ? finished : newTarget(operation, standing)

async function ask(
  asker: Asker,
  request: WellFormed,
  target: Target,
  method = request.method,
): Promise<Reply> {
  const credentials = await asker.credentials({ ...request, method }, target)
  return send(server.url, method, request.path, { ...request.headers, ...credentials }, request.body)
}

/** A refusal by the identity service has a form of its own. */
function assertRefusal(operation: Operation, reply: Reply, status: number): void {
  if (!/^\/v3\/(auth|projects)|^\/v3\.0/.test(operation.path)) {
    assertRefused(reply, status, CODES[status]!)
    return
  }
  assert.equal(reply.status, status, reply.text)
  assert.equal(reply.json().error.code, status)
}

/** What there is, to the eyes of those who may see all of it. */
async function state(): Promise<readonly string[]> {
  const { build } = standing
  const paths = [
    '/api/v1/projects',
    '/api/v1/users',
    '/api/v1/keys',
    '/api/v1/jobs?limit=100',
    `/api/v1/jobs/${build.job_id}/builds?limit=100`,
    `/api/v1/builds/${build.record_id}`,
    `/api/v1/builds/${finished.build.record_id}`,
  ]
  const replies = []
  for (const by of [caller, strange]) for (const path of paths) replies.push(await by.get(path))
  const about = { 'X-Subject-Token': standing.token }
  return [...replies, await caller.send('GET', '/v3/auth/tokens', about)].map(({ text, status }) =>
    status === 404 ? '404' : text,
  )
}

/** Refused like this whatever else is wrong, and by HEAD too, which may not be there at all. */
async function assertEarly(operation: Operation, asker: Asker, target: Target, status: number) {
  const bad = malformed(operation)
  assertRefusal(operation, await ask(asker, bad, target), status)
  if (operation.method !== 'GET') return
  const head = await ask(asker, wellFormed(operation, target), target, 'HEAD')
  assert.ok([status, 404].includes(head.status), `HEAD: ${head.status}`)
}

/**
 * Objects of others must stay hidden: the answer equals that for an unknown object, except for the
 * request ID.
 */
async function assertLikeNothing(operation: Operation, asker: Asker, target: Target, reply: Reply) {
  const nothing = nothingOf(target)
  const unknown = await ask(asker, wellFormed(operation, nothing), target)
  const named = (text: string, { user, accessKey }: Target) =>
    text.replaceAll(user, 'NAME').replaceAll(accessKey, 'KEY')
  assertSameRefusal(
    { ...reply, text: named(reply.text, target) },
    { ...unknown, text: named(unknown.text, nothing) },
  )
  const names = (one: Reply) => Object.keys(one.headers).sort()
  assert.deepEqual(names(reply), names(unknown))
}

async function assertRefusedTo(
  operation: Operation,
  column: string,
  asker: Asker,
  { status, late }: Expectation,
) {
  const target = refusedTarget(operation)
  const reply = await ask(asker, wellFormed(operation, target), target)
  assertRefusal(operation, reply, status)
  if (status !== 404 && !late) await assertEarly(operation, asker, target, status)
  if (column === 'stranger' || column === 'upload2') await assertLikeNothing(operation, asker, target, reply)
}

async function assertAllowed(operation: Operation, asker: Asker, status: number) {
  const target = await allowedTarget(operation)
  const reply = await ask(asker, wellFormed(operation, target), target)
  assert.equal(reply.status, status, reply.text)
}

/** A failure that says whose it is. */
async function naming(who: string, check: () => Promise<void>): Promise<void> {
  try {
    await check()
  } catch (error) {
    throw new Error(`${who}: ${(error as Error).message}`, { cause: error })
  }
}

test('every operation has its row, and every row its operation', async () => {
  const names = OPERATIONS.map(({ name }) => name).sort()
  assert.deepEqual([...EXPECTED.keys()], names)
  const document = (await send(server.url, 'GET', '/openapi.json')).json()
  const served = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap(methods =>
    // HEAD belongs to its GET; each cell calls both.
    Object.entries(methods).map(([method, { operationId }]) =>
      method === 'head' ? operationId.replace(/-head$/, '') : operationId,
    ),
  )
  assert.deepEqual([...new Set(served)].sort(), names)
})

describe('every operation is answered as the table says', () => {
  for (const operation of OPERATIONS) {
    const cells = [...(EXPECTED.get(operation.name) ?? [])].flatMap(([column, expected]) =>
      (column === 'none' ? withoutProof : [columns[column]!]).map(asker => ({ column, asker, expected })),
    )
    test(`${operation.method} ${operation.path}`, async () => {
      const before = await state()
      for (const { column, asker, expected } of cells)
        if (expected.status >= 400)
          await naming(asker.who, () => assertRefusedTo(operation, column, asker, expected))
      assert.deepEqual(await state(), before, 'a rejected request has changed something')
      for (const { asker, expected } of cells)
        if (expected.status < 400)
          await naming(asker.who, () => assertAllowed(operation, asker, expected.status))
    })
  }

  test('callers that were denied have changed no password', async () => {
    await signIn(server.url, { name: standing.user, password: members.reader.password })
    await signIn(server.url, ADMIN)
  })
})

test('the log of the server contains no credentials', async () => {
  await send(server.url, 'GET', '/healthz')
  const { key, session, token } = expired
  const given = Object.values(members).flatMap(member => [member.token, member.password])
  const own = [BOOTSTRAP.password, BOOTSTRAP.sk, String(caller.headers['X-Auth-Token'])]
  const old = [token, session.split('=')[1]!, key.secret, key.securitytoken]
  assertKeepsSecret(server.stderr, [
    ...own,
    ...given,
    ...old,
    standing.token,
    standing.build.upload_token,
    LOG.trim(),
  ])
})
