/** What the commands tell a person of refusals that the server words for clients of its API. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import { after, describe, it } from 'node:test'
import { CommandLine } from '../../props/command-line.ts'
import { selfSignedCertificate } from '../../props/self-signed-certificate.ts'
import { BOOTSTRAP } from '../../props/server-process.ts'
import { startFixture } from '../fixture.ts'

const READER = { name: 'rita', password: 'only-for-reading' }

const { server, caller: admin } = await startFixture()
assert.equal((await admin.post('/api/v1/users', { ...READER, roles: ['reader'] })).status, 201)
const person = new CommandLine(server.url)
after(() => person[Symbol.dispose]())

/** What the command says last, at stderr, when it fails as this caller. */
async function complaintOf(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const caller = { TAILRACE_AK: '', TAILRACE_SK: '', ...env }
  const { code, stdout, stderr } = await person.run(args, '', caller)
  assert.deepEqual([code === 0, stdout], [false, ''])
  return stderr.trimEnd().split('\n').at(-1) ?? ''
}

const reader = {
  TAILRACE_USER: READER.name,
  TAILRACE_PASSWORD: READER.password,
  TAILRACE_DOMAIN: BOOTSTRAP.domain,
  TAILRACE_PROJECT: BOOTSTRAP.project,
}
const key = { TAILRACE_AK: BOOTSTRAP.ak, TAILRACE_SK: BOOTSTRAP.sk }

describe('a command that is rejected', () => {
  it('says which part of an access key is wrong', async () => {
    const wrong = { ...key, TAILRACE_SK: 'another secret' }
    const unfit = `the secret key does not fit the access key ${BOOTSTRAP.ak}`
    assert.equal(await complaintOf(['builds'], wrong), `tailrace builds: ${unfit}`)
    assert.equal(await complaintOf(['grep', 'x', 'job'], wrong), `tailrace grep: ${unfit}`)
    const run = await person.run(['run', '--job', 'j', '--', 'true'], '', wrong)
    assert.ok(run.stderr.startsWith(`tailrace: the log is not delivered: ${unfit}\n`), run.stderr)
    assert.equal(
      await complaintOf(['key', 'list'], { ...key, TAILRACE_AK: 'NOBODYSKEY' }),
      `tailrace key: ${server.url} knows no access key NOBODYSKEY`,
    )
    const login = ['login', '--url', server.url, '--access-key', BOOTSTRAP.ak]
    assert.equal(
      await complaintOf(login, { TAILRACE_SK: 'another secret', TAILRACE_URL: '' }),
      `tailrace login: ${unfit}`,
    )
  })

  it('asks for another login when the token is no longer accepted', async () => {
    const complaint = await complaintOf(['builds'], { TAILRACE_TOKEN: 'ended' })
    assert.match(complaint, /^tailrace builds: http\S+ takes the token no longer, .*: log in again/)
  })

  it('names the role that it needs', async () => {
    const roles = 'your roles in the project do not allow this'
    assert.equal(await complaintOf(['user', 'list'], reader), `tailrace user: ${roles}: it needs admin`)
    const args = ['import', '--job', 'j', '-']
    assert.equal(await complaintOf(args, reader), `tailrace import: ${roles}: it needs runner or admin`)
  })

  it('names the address that has no such API', async () => {
    const url = `${server.url}/wrong`
    assert.equal(
      await complaintOf(['builds'], { ...key, TAILRACE_URL: url }),
      `tailrace builds: ${url} has no such API: is that the server's address (TAILRACE_URL), with its base path?`,
    )
  })

  it('asks for the other scheme where TLS is spoken on one side only', async () => {
    const { host } = new URL(server.url)
    assert.equal(
      await complaintOf(['builds'], { ...key, TAILRACE_URL: `https://${host}` }),
      `tailrace builds: the server at https://${host} does not speak TLS; is its address http://${host}?`,
    )
    await using tls = createServer(selfSignedCertificate(), () => {}).listen(0, '127.0.0.1')
    await once(tls, 'listening')
    const { port } = tls.address() as { port: number }
    assert.match(
      await complaintOf(['builds'], { ...key, TAILRACE_URL: `http://127.0.0.1:${port}` }),
      new RegExp(`without an answer; is its address https://127.0.0.1:${port}\\?$`),
    )
  })
})
