import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { type IdentityServer, openIdentityServer } from '../../../test/props/open-identity-server.ts'
import { BOOTSTRAP, CLI } from '../../../test/props/server-process.ts'
import { main } from '../main.ts'

let server: IdentityServer
before(async () => {
  server = await openIdentityServer()
  // Signatures of the client carry the time of this process.
  server.clock.ms = Date.now()
})
after(() => server[Symbol.asyncDispose]())

const NEW_PASSWORD = 'a-new-password'
type Environment = Readonly<Record<string, string | undefined>>

const admin = (): Environment => ({
  TAILRACE_URL: server.url,
  TAILRACE_USER: BOOTSTRAP.user,
  TAILRACE_PASSWORD: BOOTSTRAP.password,
  TAILRACE_DOMAIN: BOOTSTRAP.domain,
  TAILRACE_PROJECT: BOOTSTRAP.project,
  TAILRACE_NEW_PASSWORD: NEW_PASSWORD,
})
const as = (user: string, password = NEW_PASSWORD): Environment => ({
  ...admin(),
  TAILRACE_USER: user,
  TAILRACE_PASSWORD: password,
})

async function tailrace(line: string, env: Environment = admin()) {
  let [out, messages] = ['', '']
  const io = {
    env,
    print(printed: string) {
      out += printed
    },
    warn(message: string) {
      messages += message
    },
  }
  const code = await main(line.split(' '), io)
  return { code, out, messages }
}

async function json(line: string, env?: Environment) {
  const { code, out, messages } = await tailrace(`${line} --json`, env)
  assert.equal(code, 0, messages)
  return JSON.parse(out)
}

describe('tailrace user', () => {
  it('creates, lists, changes and deletes', async () => {
    const made = await tailrace('user create ann --roles reader,runner')
    assert.deepEqual([made.code, made.out], [0, 'User ann is reader, runner\n'])
    const { out } = await tailrace('user list')
    assert.match(out, /^NAME +ID +ROLES\n/)
    assert.match(out, /^ann +[0-9a-f]{32} +reader,runner$/m)
    assert.deepEqual((await json('user roles ann admin')).roles, ['admin'])
    assert.equal((await json('user list', as('ann'))).length, 2)
    assert.deepEqual((await json('user roles ann reader')).roles, ['reader'])
    assert.equal((await tailrace('user delete ann')).out, 'User ann is deleted\n')
    assert.deepEqual(
      (await json('user list')).map(({ name }: { name: string }) => name),
      ['admin'],
    )
  })

  it('sets passwords, of others, and of oneself with the old one', async () => {
    await tailrace('user create ben')
    const set = await tailrace('user password ben', { ...admin(), TAILRACE_NEW_PASSWORD: 'set-by-admin' })
    assert.deepEqual([set.code, set.out], [0, 'User ben has a new password\n'])
    assert.equal((await tailrace('key list', as('ben'))).code, 1)
    const own = { ...as('ben', 'set-by-admin'), TAILRACE_NEW_PASSWORD: 'set-by-ben' }
    assert.equal((await tailrace('user password', own)).out, 'User ben has a new password\n')
    assert.equal((await tailrace('key list', as('ben', 'set-by-ben'))).code, 0)
    assert.equal((await tailrace('user delete ben')).code, 0)
  })

  it('says that a user who leaves their last project is deleted, and how many keys end with them', async () => {
    await tailrace('user create ben')
    for (const _ of [1, 2]) assert.equal((await tailrace('key create --user ben')).code, 0)
    assert.equal(
      (await tailrace('user remove ben')).out,
      'User ben is deleted: it was their last project; 2 access keys ended\n',
    )
    await tailrace('user create ben')
    assert.partialDeepStrictEqual(await json('user remove ben'), { roles: [], deleted: true, ended_keys: 0 })
    assert.equal((await json('user list')).length, 1)
  })

  it('reads a new password from stdin, and shows it nowhere', async () => {
    const { TAILRACE_NEW_PASSWORD: _, ...env } = admin()
    const child = spawn(process.execPath, [CLI, 'user', 'create', 'cid'], { env: { ...process.env, ...env } })
    child.stdin.end('first-line-is-it\nsecond\n')
    const [out, messages, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ])
    assert.deepEqual([code, out, messages], [0, 'User cid is reader\n', ''])
    assert.equal((await tailrace('key list', as('cid', 'first-line-is-it'))).code, 0)
    assert.equal((await tailrace('user delete cid')).code, 0)
  })

  it('fails when stdin has no password', async () => {
    const { TAILRACE_NEW_PASSWORD: _, ...env } = admin()
    const child = spawn(process.execPath, [CLI, 'user', 'create', 'dan'], { env: { ...process.env, ...env } })
    child.stdin.end()
    const [messages, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
    assert.equal(code, 2)
    assert.match(messages, /no password: set TAILRACE_NEW_PASSWORD, or write the password to stdin/)
  })

  it('reports why the server rejects a request', async () => {
    const { code, messages } = await tailrace('user delete nobody')
    assert.deepEqual([code, messages], [1, 'tailrace user: There is no user "nobody".\n'])
    const wrong = await tailrace('user list', as('admin', 'wrong-password'))
    assert.deepEqual([wrong.code, wrong.messages], [1, 'tailrace user: The username or password is wrong.\n'])
  })
})

describe('tailrace key', () => {
  it('creates keys that open the server, lists them without secret, and ends them', async () => {
    const { code, out, messages } = await tailrace('key create')
    assert.deepEqual([code, messages], [0, 'The secret key is shown only this once.\n'])
    const key = /^user +admin\naccess key {2}([A-Z0-9]{20})\nsecret key {2}([A-Za-z0-9]{40})\n$/.exec(out)
    assert.ok(key !== null, out)
    const [, ak = '', sk = ''] = key
    const byKey = { TAILRACE_URL: server.url, TAILRACE_AK: ak, TAILRACE_SK: sk }
    assert.equal((await json('project list', byKey))[0].name, BOOTSTRAP.project)
    const made = await json('key create', byKey)
    assert.notEqual(made.access_key, ak)
    assert.ok(!(await tailrace('key list')).out.includes(sk))
    assert.equal((await tailrace(`key delete ${ak}`)).out, `Access key ${ak} is deleted\n`)
    assert.equal((await tailrace('key list', byKey)).code, 1)
  })

  it('of another user is made by an admin', async () => {
    await tailrace('user create eve --roles runner')
    assert.equal((await json('key create --user eve')).user, 'eve')
    assert.equal((await json('key list', as('eve'))).length, 1)
    const refused = await tailrace('key create --user admin', as('eve'))
    assert.deepEqual([refused.code, refused.out], [1, ''])
  })
})

describe('tailrace project', () => {
  it('creates and lists', async () => {
    const { out } = await tailrace('project create second')
    assert.match(out, /^Project second has id [0-9a-f]{32}\n$/)
    const projects = await json('project list')
    assert.deepEqual(
      projects.map(({ name }: { name: string }) => name),
      [BOOTSTRAP.project, 'second'],
    )
    const inSecond = { ...admin(), TAILRACE_PROJECT: 'second' }
    assert.equal((await json('user list', inSecond)).length, 1)
  })
})

describe('a wrong call', () => {
  for (const [line, message] of [
    ['user', /missing action: list, create, roles, remove, password, delete/],
    ['user lst', /unknown action "lst"; did you mean "list"\?/],
    ['user create', /missing NAME: tailrace user create NAME/],
    ['user delete a b', /unexpected argument "b"/],
    ['user create x --roles boss', /"boss" is not a role; roles are reader, runner or admin/],
    ['key list --user x', /unknown option "--user"/],
    ['key create --user', /--user needs a value: --user NAME/],
    ['project constructor', /unknown action "constructor"; actions: list, create/],
  ] as const) {
    it(`tailrace ${line}: exit code 2, and why`, async () => {
      const { code, out, messages } = await tailrace(line)
      assert.deepEqual([code, out], [2, ''])
      assert.match(messages, message)
    })
  }

  it('without a server or credentials says which variables to set', async () => {
    const { TAILRACE_URL: _, ...nowhere } = admin()
    assert.match((await tailrace('key list', nowhere)).messages, /set TAILRACE_URL/)
    assert.match(
      (await tailrace('key list', { TAILRACE_URL: server.url })).messages,
      /no credentials: .*set TAILRACE_TOKEN/,
    )
    const unnamed: Environment = { ...admin(), TAILRACE_USER: undefined, TAILRACE_TOKEN: 'any' }
    assert.match(
      (await tailrace('user password', unnamed)).messages,
      /set TAILRACE_USER and TAILRACE_PASSWORD/,
    )
  })

  it('--help lists every action and option', async () => {
    for (const name of ['user', 'key', 'project']) {
      const { code, out } = await tailrace(`${name} --help`)
      assert.equal(code, 0)
      assert.match(out, new RegExp(`^Usage: tailrace ${name} list`))
      assert.match(out, /--json/)
    }
  })
})
