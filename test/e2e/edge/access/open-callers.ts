import assert from 'node:assert/strict'
import { clockShiftedBy } from '../../../props/server-preload.ts'
import { BOOTSTRAP, type ServerProcess, startServer } from '../../../props/server-process.ts'
import { authorization, sdkDate } from '../../../props/signed-request.ts'
import type { Target, WellFormed } from '../../../props/well-formed-request.ts'
import {
  ADMIN,
  admin,
  type BuildAnswer,
  Caller,
  type Headers,
  requestToken,
  send,
  signIn,
} from '../../../props/wire.ts'

/** A caller, with the headers that authenticate a request. */
export interface Asker {
  readonly who: string
  readonly credentials: (request: WellFormed, target: Target) => Headers | Promise<Headers>
}

const DAY_MS = 24 * 3600_000

/** Credentials that expired an hour ago. */
interface Expired {
  readonly token: string
  readonly session: string
  readonly key: { readonly access: string; readonly secret: string; readonly securitytoken: string }
}

/** Has a server that lives a day and an hour in the past issue credentials over this data. */
export async function issueExpired(data: string): Promise<Expired> {
  await using past = await startServer({ data, env: clockShiftedBy(-DAY_MS - 3600_000) })
  const token = await signIn(past.url)
  const body = JSON.stringify({ auth: { identity: { methods: ['token'], token: { id: token } } } })
  const made = await requestToken(past.url, body, '/v3.0/OS-CREDENTIAL/securitytokens')
  assert.equal(made.status, 201, made.text)
  return { token, session: await beginSession(past.url, token), key: made.json().credential }
}

/** The cookie of a new session. */
async function beginSession(url: string, token: string): Promise<string> {
  const reply = await requestToken(url, JSON.stringify({ token }), '/api/v1/session')
  assert.equal(reply.status, 201, reply.text)
  return String(reply.headers['set-cookie']?.[0]).split(';')[0]!
}

const byToken = (who: string, token: string, more: Headers = {}): Asker => ({
  who,
  credentials: () => ({ 'X-Auth-Token': token, ...more }),
})

function byKey(
  who: string,
  { ak, sk }: { readonly ak: string; readonly sk: string },
  more: Readonly<Record<string, string>> = {},
): Asker {
  return {
    who,
    credentials: ({ method, path, body }) => {
      const headers = { 'x-sdk-date': sdkDate(Date.now()), ...more }
      const signed = { method, path, headers, ...(body === undefined ? {} : { body }) }
      return { ...headers, Authorization: authorization(signed, { ak, sk }) }
    },
  }
}

/** All who ask without good credentials. */
export async function unproven(server: ServerProcess, expired: Expired): Promise<readonly Asker[]> {
  const Origin = server.url
  const revoked = await signIn(server.url)
  const cookie = await beginSession(server.url, revoked)
  const subject = { 'X-Auth-Token': revoked, 'X-Subject-Token': revoked }
  assert.equal((await send(server.url, 'DELETE', '/v3/auth/tokens', subject)).status, 204)
  const { access: ak, secret: sk, securitytoken } = expired.key
  return [
    byToken('a token that was never issued', `trt_${'x'.repeat(43)}`),
    { who: 'nobody', credentials: () => ({}) },
    byToken('an expired token', expired.token),
    byToken('a revoked token', revoked),
    byToken('a forged upload token', `tru_${'A'.repeat(86)}`),
    byKey('a wrong secret key', { ak: BOOTSTRAP.ak, sk: 'wrong' }),
    byKey('an expired temporary key', { ak, sk }, { 'x-security-token': securitytoken }),
    { who: 'an expired session', credentials: () => ({ Cookie: expired.session, Origin }) },
    { who: 'a revoked session', credentials: () => ({ Cookie: cookie, Origin }) },
  ]
}

/** A member of the bootstrap project. */
export async function newMember(server: ServerProcess, by: Caller, name: string, role: string) {
  const password = 'a-good-password-1'
  const reply = await by.post('/api/v1/users', { name, password, roles: [role] })
  assert.equal(reply.status, 201, reply.text)
  const token = await signIn(server.url, { name, password })
  return { name, password, token, caller: new Caller(server, { 'X-Auth-Token': token }) }
}

const OTHER_PROJECT = 'other-project'

/** The columns of the matrix: who holds credentials that are good, for something. */
export async function proven(
  server: ServerProcess,
  members: Readonly<Record<'reader' | 'owner' | 'runner', { readonly token: string }>>,
  anotherBuild: BuildAnswer,
) {
  const caller = await admin(server)
  const made = await caller.post('/api/v1/projects', { name: OTHER_PROJECT })
  assert.equal(made.status, 201, made.text)
  const token = String(caller.headers['X-Auth-Token'])
  const session = async () => ({ Cookie: await beginSession(server.url, token) })
  const strange = await signIn(server.url, ADMIN, { project: { name: OTHER_PROJECT } })
  const domain = await signIn(server.url, ADMIN, { domain: { name: BOOTSTRAP.domain } })
  return {
    domain: byToken('a domain-scoped token', domain),
    header: byToken('a foreign X-Project-Id', token, { 'X-Project-Id': made.json().id }),
    stranger: byToken('the admin of another project', strange),
    reader: byToken('a reader', members.reader.token),
    owner: byToken('the runner of the build', members.owner.token),
    runner: byToken('another runner', members.runner.token),
    upload: {
      who: 'the upload token',
      credentials: (_request, { build }) => ({ 'X-Auth-Token': build.upload_token }),
    },
    upload2: byToken('another upload token', anotherBuild.upload_token),
    admin: byToken('an admin', token),
    key: byKey('a key of the admin', BOOTSTRAP),
    cookie: {
      who: 'a session, from its own pages',
      credentials: async () => ({ ...(await session()), Origin: server.url }),
    },
    foreign: {
      who: 'a session, from foreign pages',
      credentials: async () => ({ ...(await session()), Origin: 'https://evil.example' }),
    },
  } satisfies Record<string, Asker>
}
