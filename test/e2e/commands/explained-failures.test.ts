/** How commands explain rejections, which the server words for clients of its API. */

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

/** The last line on stderr of a command that fails. */
async function messageOf(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
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

describe('a command that the server rejects', () => {
  it('says which part of an access key is wrong', async () => {
    const wrong = { ...key, TAILRACE_SK: 'another secret' }
    const unfit = `the secret key does not match the access key ${BOOTSTRAP.ak}`
    assert.equal(await messageOf(['builds'], wrong), `tailrace builds: ${unfit}`)
    assert.equal(await messageOf(['grep', 'x', 'job'], wrong), `tailrace grep: ${unfit}`)
    const run = await person.run(['run', '--job', 'j', '--', 'true'], '', wrong)
    assert.ok(run.stderr.startsWith(`tailrace: the log is not delivered: ${unfit}\n`), run.stderr)
    assert.equal(
      await messageOf(['key', 'list'], { ...key, TAILRACE_AK: 'NOBODYSKEY' }),
      `tailrace key: ${server.url} has no access key NOBODYSKEY`,
    )
    const login = ['login', '--url', server.url, '--access-key', BOOTSTRAP.ak]
    assert.equal(
      await messageOf(login, { TAILRACE_SK: 'another secret', TAILRACE_URL: '' }),
      `tailrace login: ${unfit}`,
    )
  })

  it('asks for another login when the server rejects the token', async () => {
    const message = await messageOf(['builds'], { TAILRACE_TOKEN: 'ended' })
    assert.match(message, /^tailrace builds: http\S+ rejected the token: log in again/)
  })

  it('names the role that it needs', async () => {
    const roles = 'your roles in this project do not allow this'
    assert.equal(await messageOf(['user', 'list'], reader), `tailrace user: ${roles}; it needs admin`)
    const args = ['import', '--job', 'j', '-']
    assert.equal(await messageOf(args, reader), `tailrace import: ${roles}; it needs runner or admin`)
  })

  it('names the address that does not serve the API', async () => {
    const url = `${server.url}/wrong`
    assert.equal(
      await messageOf(['builds'], { ...key, TAILRACE_URL: url }),
      `tailrace builds: ${url} does not serve this API; is it the server's address (TAILRACE_URL), with its base path?`,
    )
  })

  it('asks for the other scheme where TLS is spoken on one side only', async () => {
    const { host } = new URL(server.url)
    assert.equal(
      await messageOf(['builds'], { ...key, TAILRACE_URL: `https://${host}` }),
      `tailrace builds: the server at https://${host} does not speak TLS; is its address http://${host}?`,
    )
    await using tls = createServer(selfSignedCertificate(), () => {}).listen(0, '127.0.0.1')
    await once(tls, 'listening')
    const { port } = tls.address() as { port: number }
    assert.match(
      await messageOf(['builds'], { ...key, TAILRACE_URL: `http://127.0.0.1:${port}` }),
      new RegExp(`without an answer; is its address https://127.0.0.1:${port}\\?$`),
    )
  })
})
