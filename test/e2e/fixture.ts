import assert from 'node:assert/strict'
import { after } from 'node:test'
import { type ServerOptions, type ServerProcess, startServer } from '../props/server-process.ts'
import { ADMIN, admin, Caller, signIn } from '../props/wire.ts'

/** What most end-to-end tests begin with. */
export interface Fixture {
  /** A server in a process of its own. */
  readonly server: ServerProcess
  /** The admin of its first project, with a token. */
  readonly caller: Caller
}

/**
 * Starts a server for the file, suite or test that calls this, and stops it after that file, suite
 * or test. A server that has to stop earlier is started with `await using` and `startServer`.
 */
export async function startFixture(options: ServerOptions = {}): Promise<Fixture> {
  const server = await startServer(options)
  after(() => server.stop())
  return { server, caller: await admin(server) }
}

let projects = 0

/** The admin of the caller's server in a new project, which has nothing of the caller's project. */
export async function inNewProject(caller: Caller): Promise<Caller> {
  const project = { name: `another-${++projects}` }
  const reply = await caller.post('/api/v1/projects', project)
  assert.equal(reply.status, 201, reply.text)
  const { server } = caller
  return new Caller(server, { 'X-Auth-Token': await signIn(server.url, ADMIN, { project }) })
}
