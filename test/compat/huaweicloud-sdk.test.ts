import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { BasicCredentials, GlobalCredentials, Region } from '@huaweicloud/huaweicloud-sdk-core'
import { BaseCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BaseCredentials.js'
import { ClientBuilder } from '@huaweicloud/huaweicloud-sdk-core/ClientBuilder.js'
import { ServiceResponseException } from '@huaweicloud/huaweicloud-sdk-core/exception/ServiceResponseException.js'
import type { HcClient, HttpRequestOptions } from '@huaweicloud/huaweicloud-sdk-core/HcClient.js'
import { DefaultHttpClient } from '@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient.js'
// The entry point of this package requires a file that it lacks.
import * as iam from '@huaweicloud/huaweicloud-sdk-iam/v3/public-api.js'
// The SDK requires this package without naming it among its dependencies.
import { v4 as newUuid } from 'uuid'
import type { Operation } from '../../src/contract/operation.ts'
import { OPERATIONS } from '../../src/contract/operations.ts'
import { onlyFileOf, whyNoArchivers } from '../props/archive.ts'
import { assertDescribed } from '../props/described.ts'
import { BOOTSTRAP, type ServerProcess, startServer } from '../props/server-process.ts'
import { admin, type BuildAnswer, type Caller, pagePath } from '../props/wire.ts'
import {
  FIRST,
  JOB_NAME,
  LEFT_OUT,
  newSampleBuild,
  READS,
  SECOND,
  sampleOf,
  WITHOUT_DEBUG,
} from './sample-build.ts'

let server: ServerProcess
let home: string
let caller: Caller
let build: BuildAnswer

before(async () => {
  // The SDK keeps an id of its own in the home directory.
  home = mkdtempSync(join(tmpdir(), 'tailrace-sdk-'))
  process.env.HOME = home
  server = await startServer()
  caller = await admin(server)
  build = await newSampleBuild(caller, newUuid())
})
after(async () => {
  await server.stop()
  rmSync(home, { recursive: true, force: true })
})

const KEY = { ak: BOOTSTRAP.ak, sk: BOOTSTRAP.sk }

/** What the SDK's own service clients are made of. */
function clientWith(credentials: BasicCredentials, options = {}): HcClient {
  return new ClientBuilder(client => client)
    .withEndpoint(server.url)
    .withCredential(credentials)
    .withOptions(options)
    .build()
}

const signing = () => clientWith(new BasicCredentials({ ...KEY, projectId: build.project_id }))

/**
 * Keys derived for the day, the region and the service, as endpoints that are not the vendor's ask
 * for.
 */
const signingDerived = () =>
  clientWith(
    new BasicCredentials({ ...KEY, projectId: build.project_id })
      .withDerivedPredicate(request => BaseCredentials.getDefaultDerivedPredicate(request))
      .withRegionId(BOOTSTRAP.project),
  )

const namesOf = (schema: Operation['query']) =>
  Object.keys(schema?.properties ?? {}).filter(name => !LEFT_OUT.includes(name))

/** A request in the form that the SDK's service clients give it. */
function requestFor({ method, path, params, query }: Operation, more: object = {}): HttpRequestOptions {
  const values = (names: readonly string[]) =>
    Object.fromEntries(names.map(name => [name, sampleOf(build, name)]))
  return {
    method,
    url: path.replaceAll(/:(\w+)/g, '{$1}'),
    contentType: 'application/json',
    pathParams: values(namesOf(params)),
    queryParams: { ...values(namesOf(query)), ...more },
    headers: {},
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the SDK decodes answers into whatever they are
type Answer = any

async function call(client: HcClient, name: string, more: object = {}): Promise<Answer> {
  const operation = OPERATIONS.find(operation => operation.name === name)
  assert.ok(operation !== undefined, name)
  return client.sendRequest(requestFor(operation, more))
}

for (const [algorithm, newClient] of [
  ['SDK-HMAC-SHA256', signing],
  ['V11-HMAC-SHA256', signingDerived],
] as const)
  describe(`huaweicloud-sdk-core signs by ${algorithm}`, () => {
    for (const operation of READS)
      test(`${operation.name} is answered and decoded`, async () => {
        const answer: Answer = await newClient().sendRequest(requestFor(operation))
        const { httpStatusCode, ...rest } = answer
        assert.equal(httpStatusCode, 200)
        assert.match(DefaultHttpClient.httpReqParam.headers.Authorization, new RegExp(`^${algorithm} `))
        if (operation.answer === undefined) return
        assert.notDeepEqual(rest, {})
        const path = operation.path.replaceAll(/:(\w+)/g, (_, name: string) => String(sampleOf(build, name)))
        assertDescribed('GET', path, 200, 'application/json', JSON.stringify(rest))
      })
  })

test('the reads that are tried hold the log routes, the downloads and the look-ups', () => {
  const paths = READS.map(({ path }) => path)
  for (const path of [
    '/v1/log/task/step',
    '/v1/log/task/page',
    '/v1/log/stage/page',
    '/v1/log/:job_id/:build_no/real-time-log',
    '/v3/jobs/:job_id/:build_no/real-time-log',
    '/v1/log/:job_id/:build_no/analysis',
    '/v4/:record_id/task-log',
    '/v1/log/:record_id/task-log',
    '/v4/:record_id/download-log',
    '/v1/log/:record_id/download-log',
    '/v3/:record_id/download-log',
    '/v1/record/:record_id/full-stages',
    '/v4/jobs/:job_id/:build_no/record-info',
    '/api/v1/builds/:record_id/steps/:step_id/log',
  ])
    assert.ok(paths.includes(path), path)
})

test('the SDK reads the text of a step and of a build, character by character', async () => {
  const client = signing()
  for (const name of ['read-step-log', 'read-step-log-after-run'])
    assert.equal((await call(client, name)).result.log, FIRST)
  for (const name of ['read-build-log', 'read-build-log-after-run'])
    assert.equal((await call(client, name)).result.log, FIRST + SECOND)
  assert.equal((await call(client, 'read-build-log-bytes')).result.content, FIRST + SECOND)
})

test('the SDK downloads logs with and without DEBUG lines', async () => {
  const client = signing()
  for (const name of ['download-task-log', 'download-task-log-v1']) {
    assert.equal((await call(client, name)).body, FIRST)
    assert.equal((await call(client, name, { log_level: 'INFO' })).body, WITHOUT_DEBUG)
  }
  for (const name of ['download-build-log', 'download-build-log-v1']) {
    assert.equal((await call(client, name)).body, FIRST + SECOND)
    assert.equal((await call(client, name, { log_level: 'INFO' })).body, WITHOUT_DEBUG + SECOND)
  }
  assert.equal((await call(client, 'download-build-log-v3')).body, FIRST + SECOND)
})

test('the SDK downloads .zip files', { skip: whyNoArchivers() }, async () => {
  const credentials = new BasicCredentials({ ...KEY, projectId: build.project_id })
  const client = clientWith(credentials, { axiosRequestConfig: { responseType: 'arraybuffer' } })
  const zipped = async (name: string) =>
    onlyFileOf((await call(client, name, { compress: true })).body).bytes.toString()
  assert.equal(await zipped('download-task-log-v1'), FIRST)
  assert.equal(await zipped('download-build-log-v1'), FIRST + SECOND)
  assert.equal(await zipped('download-build-log-v3'), FIRST + SECOND)
})

test('a job is found by the characters of its name', async () => {
  const { result } = await call(signing(), 'list-own-project-jobs')
  assert.deepEqual(
    result.job_list.map((job: Answer) => [job.id, job.job_name]),
    [[build.job_id, JOB_NAME]],
  )
})

test('the SDK reports errors with their status, code and request ID', async () => {
  const refused = (run: Promise<unknown>, status: number, code: string) =>
    assert.rejects(run, (error: unknown) => {
      assert.ok(error instanceof ServiceResponseException)
      assert.equal(Number(error.httpStatusCode), status)
      assert.equal(error.errorCode, code)
      assert.match(String(error.requestId), /./)
      return true
    })
  const other = clientWith(new BasicCredentials({ ...KEY, projectId: '0'.repeat(32) }))
  const wrong = clientWith(
    new BasicCredentials({ ak: BOOTSTRAP.ak, sk: 'x'.repeat(40), projectId: build.project_id }),
  )
  await refused(call(other, 'read-step-log'), 403, 'APIGW.0302')
  await refused(call(wrong, 'read-step-log'), 401, 'APIGW.0301')
  await refused(call(signing(), 'read-step-log', { step_id: 'one' }), 400, 'CB.00060200')
  await refused(call(signing(), 'read-step-log', { step_id: 9 }), 404, 'DEVCB.00031006')
})

test('the SDK finds the project by the name of its region', async () => {
  const credentials = new BasicCredentials(KEY).withIamEndpoint(server.url)
  const client = new ClientBuilder(client => client)
    .withRegion(new Region(BOOTSTRAP.project, server.url))
    .withCredential(credentials)
    .build()
  assert.equal((await call(client, 'read-step-log')).result.log, FIRST)
  assert.equal(credentials.projectId, build.project_id)
})

describe('huaweicloud-sdk-iam', () => {
  const iamClient = (credentials: BasicCredentials | GlobalCredentials) =>
    iam.IamClient.newBuilder().withEndpoint(server.url).withCredential(credentials).build()

  async function obtainToken(): Promise<string> {
    const user = new iam.PwdPasswordUser(
      new iam.PwdPasswordUserDomain(BOOTSTRAP.domain),
      BOOTSTRAP.user,
      BOOTSTRAP.password,
    )
    const identity = new iam.PwdIdentity(['password'], new iam.PwdPassword(user))
    const scope = new iam.AuthScope().withProject(new iam.AuthScopeProject().withName(BOOTSTRAP.project))
    const body = new iam.KeystoneCreateUserTokenByPasswordRequestBody(new iam.PwdAuth(identity, scope))
    const answer: Answer = await iamClient(
      new BasicCredentials({ ...KEY, projectId: build.project_id }),
    ).keystoneCreateUserTokenByPassword(new iam.KeystoneCreateUserTokenByPasswordRequest().withBody(body))
    assert.equal(answer.token.project.id, build.project_id)
    assert.equal(typeof answer['X-Subject-Token'], 'string')
    return answer['X-Subject-Token']
  }

  test('a token by password reads a page', async () => {
    const reply = await fetch(`${server.url}${pagePath(build)}`, {
      headers: { 'X-Auth-Token': await obtainToken() },
    })
    assert.equal(reply.status, 200)
    assert.equal(((await reply.json()) as Answer).result.log, FIRST)
  })

  test('a temporary key made of a token signs requests', async () => {
    const token = new iam.IdentityToken().withId(await obtainToken()).withDurationSeconds(900)
    const auth = new iam.TokenAuth(new iam.TokenAuthIdentity(['token']).withToken(token))
    const { credential } = await iamClient(
      new BasicCredentials({ ...KEY, projectId: build.project_id }),
    ).createTemporaryAccessKeyByToken(
      new iam.CreateTemporaryAccessKeyByTokenRequest().withBody(
        new iam.CreateTemporaryAccessKeyByTokenRequestBody(auth),
      ),
    )
    assert.ok(credential !== undefined)
    const { access, secret, securitytoken } = credential
    const temporary = new BasicCredentials({ projectId: build.project_id })
      .withAk(access)
      .withSk(secret)
      .withSecurityToken(securitytoken)
    assert.equal((await call(clientWith(temporary), 'read-step-log')).result.log, FIRST)
  })

  test('projects and the domain are listed', async () => {
    const client = iamClient(new GlobalCredentials(KEY))
    const { projects } = await client.keystoneListProjects(new iam.KeystoneListProjectsRequest())
    assert.ok(projects?.some(project => project.id === build.project_id))
    const { domains } = await client.keystoneListAuthDomains()
    assert.deepEqual(
      domains?.map(({ name }) => name),
      [BOOTSTRAP.domain],
    )
  })
})
