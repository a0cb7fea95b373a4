import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { BOOTSTRAP, CLI } from '../../props/server-process.ts'
import { type OnTerminal, onTerminal } from '../../props/terminal.ts'
import { startFixture } from '../fixture.ts'

const { server } = await startFixture()
const home = mkdtempSync(join(tmpdir(), 'tailrace-login-'))
after(() => rmSync(home, { recursive: true, force: true }))

const kept = () => join(home, '.config/tailrace/credentials.json')
const keptText = () => readFileSync(kept(), 'utf8')
const who = ['--user', BOOTSTRAP.user, '--domain', BOOTSTRAP.domain, '--project', BOOTSTRAP.project]

function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env
  return { PATH, NODE_COMPILE_CACHE, HOME: home, ...more }
}

function tailrace(args: readonly string[], input = '', more: NodeJS.ProcessEnv = {}) {
  const options = { env: environment(more), input, encoding: 'utf8' } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], options)
  return { code: status, stdout, stderr }
}

async function answer(terminal: OnTerminal, dialogue: readonly (readonly [string, string])[]): Promise<void> {
  for (const [question, reply] of dialogue) {
    await terminal.said(question)
    terminal.type(`${reply}\r`)
  }
}

describe('tailrace login', () => {
  it('asks at a terminal, shows no password, and keeps a token for later commands', async () => {
    const terminal = onTerminal([process.execPath, CLI, 'login'], environment())
    await answer(terminal, [
      ['URL: ', new URL(server.url).host],
      [`did you mean ${server.url}?`, ''],
      ['URL: ', server.url],
      ['Domain: ', BOOTSTRAP.domain],
      ['Project: ', BOOTSTRAP.project],
      ['User: ', BOOTSTRAP.user],
      ['Password: ', BOOTSTRAP.password],
    ])
    const { code, seen } = await terminal.ended
    assert.equal(code, 0, seen)
    assert.match(
      seen,
      new RegExp(`Logged in to ${server.url} as ${BOOTSTRAP.user}, project ${BOOTSTRAP.project}, until`),
    )
    assert.doesNotMatch(seen, new RegExp(BOOTSTRAP.password))
    assert.equal(statSync(kept()).mode & 0o777, 0o600)
    assert.equal(statSync(join(home, '.config/tailrace')).mode & 0o777, 0o700)
    assert.doesNotMatch(keptText(), new RegExp(BOOTSTRAP.password))
    assert.match(tailrace(['key', 'list']).stdout, new RegExp(BOOTSTRAP.ak))
  })

  it('offers the values of the last login and the environment, and reports a wrong password at once', async () => {
    const variables = environment({ TAILRACE_USER: 'nobody', TAILRACE_AK: 'unused' })
    const terminal = onTerminal([process.execPath, CLI, 'login', '--profile=default'], variables)
    await answer(terminal, [
      [`URL [${server.url}]: `, ''],
      [`Domain [${BOOTSTRAP.domain}]: `, ''],
      [`Project [${BOOTSTRAP.project}]: `, ''],
      ['User [nobody]: ', BOOTSTRAP.user],
      ['Password: ', 'not the password'],
    ])
    const { code, seen } = await terminal.ended
    assert.equal(code, 1)
    assert.match(seen, /Password: \s+tailrace login: .*password/)
  })

  it('uses the environment for a named profile too, and asks nothing if it has the password', async () => {
    const { user, domain, project, password } = BOOTSTRAP
    const all = {
      TAILRACE_URL: server.url,
      TAILRACE_USER: user,
      TAILRACE_DOMAIN: domain,
      TAILRACE_PROJECT: project,
      TAILRACE_PASSWORD: password,
    }
    const terminal = onTerminal([process.execPath, CLI, 'login', '--profile', 'named'], environment(all))
    const { code, seen } = await terminal.ended
    assert.equal(code, 0, seen)
    assert.match(seen, /^Logged in to/)
    assert.equal(tailrace(['key', 'list', '--profile', 'named']).code, 0)
    assert.equal(tailrace(['logout', '--profile', 'named']).code, 0)
  })

  it('ends at Ctrl-C with 130, and keeps nothing', async () => {
    const terminal = onTerminal([process.execPath, CLI, 'login', '--profile', 'never'], environment())
    await terminal.said('URL: ')
    terminal.type('\u0003')
    assert.equal((await terminal.ended).code, 130)
    assert.match(tailrace(['key', 'list', '--profile', 'never']).stderr, /unknown profile "never"/)
  })

  it('reads the password from stdin, and makes a key that lasts', () => {
    const args = ['login', '--url', server.url, ...who, '--key', '--profile', 'lasting', '--json']
    const { code, stdout, stderr } = tailrace(args, `${BOOTSTRAP.password}\n`)
    assert.equal(code, 0, stderr)
    const { user, project } = BOOTSTRAP
    assert.deepEqual(JSON.parse(stdout), { profile: 'lasting', url: server.url, user, project })
    assert.equal(tailrace(['key', 'list', '--profile=lasting']).code, 0)
    const { accessKey } = JSON.parse(keptText()).profiles.lasting.credentials
    assert.equal(tailrace(['logout', '--profile', 'lasting']).code, 0)
    assert.doesNotMatch(tailrace(['key', 'list']).stdout, new RegExp(accessKey))
  })

  it('keeps a valid access key, and no invalid one', () => {
    const args = ['login', '--url', server.url, '--access-key', BOOTSTRAP.ak, '--profile', 'given']
    const wrong = tailrace(args, 'not the secret key\n')
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /the secret key does not match the access key/)
    assert.doesNotMatch(keptText(), /given/)
    assert.equal(tailrace(args, `${BOOTSTRAP.sk}\n`).code, 0)
    assert.equal(tailrace(['logout', '--profile', 'given']).code, 0)
    assert.match(tailrace(['key', 'list']).stdout, new RegExp(BOOTSTRAP.ak))
  })

  it('gives way to the environment, and sends its credentials to no other server', () => {
    const token = { TAILRACE_URL: server.url, TAILRACE_TOKEN: 'not a token' }
    assert.match(tailrace(['key', 'list'], '', token).stderr, /token/i)
    assert.equal(tailrace(['key', 'list', '--profile', 'default'], '', token).code, 0)
    const elsewhere = tailrace(['key', 'list'], '', { TAILRACE_URL: 'http://127.0.0.1:1' })
    assert.equal(elsewhere.code, 2)
    assert.match(elsewhere.stderr, /no credentials: run "tailrace login"/)
  })

  it('says what is missing where there is no terminal to ask at', () => {
    const { code, stderr } = tailrace(['login', '--url', server.url])
    assert.equal(code, 2)
    assert.match(stderr, /Domain is missing: give --domain, or set TAILRACE_DOMAIN/)
    assert.match(tailrace(['login']).stderr, /URL is missing: give --url, or set TAILRACE_URL/)
    const noScheme = tailrace(['login', '--url', '127.0.0.1:8080'])
    assert.match(noScheme.stderr, /did you mean http:\/\/127\.0\.0\.1:8080\?/)
  })

  it('rejects a file that others may read, and one that it did not write', () => {
    chmodSync(kept(), 0o644)
    assert.match(tailrace(['key', 'list']).stderr, /other users may read .*chmod 600/)
    chmodSync(kept(), 0o600)
    const text = keptText()
    writeFileSync(kept(), 'nonsense')
    assert.match(tailrace(['key', 'list']).stderr, /is not a file of logins/)
    writeFileSync(kept(), text)
  })
})

describe('tailrace logout', () => {
  it('revokes the token on the server too', () => {
    const { token } = JSON.parse(keptText()).profiles.default.credentials
    const out = tailrace(['logout'])
    assert.deepEqual([out.code, out.stdout], [0, `Logged out of ${server.url}\n`])
    const revoked = { TAILRACE_URL: server.url, TAILRACE_TOKEN: token }
    assert.equal(tailrace(['key', 'list'], '', revoked).code, 1)
    assert.equal(tailrace(['logout']).code, 1)
    assert.match(tailrace(['key', 'list']).stderr, /no server: run "tailrace login"/)
  })

  it('forgets the login even when the server is down, and says so', () => {
    const login = ['login', '--url', server.url, ...who]
    assert.equal(tailrace(login, `${BOOTSTRAP.password}\n`).code, 0)
    writeFileSync(kept(), keptText().replaceAll(server.url, 'http://127.0.0.1:1'), { mode: 0o600 })
    const away = tailrace(['logout'])
    assert.equal(away.code, 1)
    assert.match(away.stderr, /still accepts the credentials/)
    assert.doesNotMatch(keptText(), /token/)
  })
})
