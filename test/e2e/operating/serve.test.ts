/**
 * `tailrace serve` as a process: first start, restart, one server per directory, bad settings
 * (design: configuration).
 */

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { describe, test } from 'node:test'
import { SETTINGS, type Setting } from '../../../src/server/config/settings.ts'
import { BOOTSTRAP, CLI, startServer } from '../../props/server-process.ts'
import { admin, eventually, logPath, passwordRequest, requestToken } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const UNSET = Object.fromEntries(
  Object.keys(BOOTSTRAP).map(name => [`TAILRACE_BOOTSTRAP_${name.toUpperCase()}`, '']),
)

/** Runs `tailrace serve` with what must stop its start. */
function refusedStart(args: readonly string[], env: Readonly<Record<string, string>> = {}, code = 1): string {
  const data = mkdtempSync(join(tmpdir(), 'tailrace-test-'))
  const { PATH, NODE_COMPILE_CACHE } = process.env
  try {
    const { status, stderr } = spawnSync(
      process.execPath,
      [CLI, 'serve', '--data', data, '--listen', '127.0.0.1:0', ...args],
      {
        env: { PATH, NODE_COMPILE_CACHE, ...env },
        encoding: 'utf8',
        timeout: 30_000,
      },
    )
    assert.equal(status, code, stderr)
    return stderr
  } finally {
    rmSync(data, { recursive: true })
  }
}

test('a server on all addresses says that others need a public URL, and one that has it does not', async () => {
  const all = ['sh', '-c', 'exec "$@" --listen 0.0.0.0:0', 'sh']
  await using open = await startServer({ under: all })
  assert.match(open.stdout, /For clients on other machines, set --public-url \(TAILRACE_PUBLIC_URL\)/)
  const env = { TAILRACE_PUBLIC_URL: 'https://logs.example.com' }
  await using named = await startServer({ under: all, env })
  await using near = await startServer()
  assert.doesNotMatch(named.stdout + near.stdout, /public-url/)
})

test('the help separates each name from what it means', () => {
  const { stdout } = spawnSync(process.execPath, [CLI, 'serve', '--help'], { encoding: 'utf8' })
  const names = Object.values(SETTINGS as Record<string, Setting<unknown>>).flatMap(({ flag, env }) =>
    flag === undefined ? [env] : [env, `--${flag} [A-Z:]+`],
  )
  assert.ok(names.length > 20)
  for (const name of names) assert.match(stdout, new RegExp(`^ {2}${name}(?: {2,}|\\n {4,})\\S`, 'm'))
})

describe('the first start', () => {
  test('makes credentials where none are given, prints them once, and they work', async () => {
    await using server = await startServer({ env: UNSET })
    const shown = (name: string) => new RegExp(`^ *${name} +(\\S+)`, 'm').exec(server.stdout)?.[1] ?? ''
    const user = { name: shown('admin'), password: shown('password'), domain: shown('domain') }
    assert.ok(user.password.length >= 16, server.stdout)
    const reply = await requestToken(
      server.url,
      passwordRequest(user, { project: { name: shown('project') } }),
    )
    assert.equal(reply.status, 201, reply.text)
    await server.kill('SIGTERM')
    await server.restart()
    assert.ok(!server.stdout.includes(user.password))
  })

  test('uses the given credentials', async () => {
    await using server = await startServer()
    assert.equal((await (await admin(server)).newBuild()).build_no, 1)
  })
})

test('SIGTERM and SIGINT end the server in order, and what was stored is there at the next start', async () => {
  const data = mkdtempSync(join(tmpdir(), 'tailrace-test-'))
  try {
    const first = await startServer({ data })
    const build = await (await admin(first)).newLog('one\n', { live: true })
    assert.equal(await first.stop(), 0)
    const second = await startServer({ data })
    assert.equal((await (await admin(second)).get(logPath(build, 1))).text, 'one\n')
    await second.kill('SIGINT')
    await second.restart()
    assert.equal((await (await admin(second)).append(build, 1, 4, 'two\n')).status, 204)
    assert.equal(await second.stop(), 0)
  } finally {
    rmSync(data, { recursive: true })
  }
})

test('SIGHUP does not stop a server without TLS: it says so and continues', async () => {
  const { server, caller } = await startFixture()
  process.kill(-server.pid, 'SIGHUP')
  await eventually(async () => assert.match(server.stderr, /SIGHUP: without TLS/), 60_000)
  assert.equal((await caller.newBuild()).build_no, 1)
  assert.equal(await server.stop(), 0)
})

test('a second server on the same directory does not start, and the first continues', async () => {
  await using server = await startServer()
  const message = refusedStart(['--data', server.data])
  assert.match(message, /another|in use|lock/i)
  assert.equal((await (await admin(server)).newBuild()).build_no, 1)
})

test('a server that was killed leaves no lock', async () => {
  await using server = await startServer()
  for (let n = 0; n < 2; n++) {
    await server.kill('SIGKILL')
    await server.restart()
  }
  assert.equal((await (await admin(server)).newBuild()).build_no, 1)
})

test('a variable that is probably misspelt is reported, and ignored', async () => {
  const env = { TAILRACE_RETENTION_DAY: '3', TAILRACE_TOKEN: 'of-another-command', TAILRACE_CORPORA: '/x' }
  await using server = await startServer({ env })
  assert.equal(
    server.stderr,
    'tailrace serve: TAILRACE_RETENTION_DAY is not a setting and is ignored; did you mean TAILRACE_RETENTION_DAYS?\n',
  )
})

/** Below the version that Tailrace runs on, so that it starts another; it cannot become it. */
const OLDER_NODE = process.env.PATH?.split(delimiter)
  .map(folder => join(folder, 'node'))
  .find(node => /^v2[0-3]\./.test(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? ''))

test('a server that an older Node launched ends when that is killed', {
  skip: OLDER_NODE === undefined && 'no Node from 20 to 23 on PATH',
}, async () => {
  const data = mkdtempSync(join(tmpdir(), 'tailrace-test-'))
  try {
    for (let n = 0; n < 2; n++) {
      const launcher = spawn(OLDER_NODE!, [CLI, 'serve', '--data', data, '--listen', '127.0.0.1:0'], {
        env: { PATH: process.env.PATH },
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      let printed = ''
      for await (const text of launcher.stdout.setEncoding('utf8')) {
        if (!printed.includes('listens') && (printed + text).includes('listens')) launcher.kill('SIGKILL')
        printed += text
      }
      // The server had the other end of this pipe until now; the next one gets the store.
      assert.match(printed, /Tailrace listens/)
    }
  } finally {
    rmSync(data, { recursive: true })
  }
})

describe('a bad value stops the start with one line that names it', () => {
  for (const [args, env, name] of [
    [['--listen', 'nonsense'], {}, /--listen/],
    [['--listen', '127.0.0.1:99999'], {}, /--listen/],
    [['--no-such-flag'], {}, /no-such-flag/],
    [[], { TAILRACE_OFFSET_FORMAT: 'hex' }, /TAILRACE_OFFSET_FORMAT/],
    [[], { TAILRACE_JOURNAL_SEGMENT_MIB: '0' }, /TAILRACE_JOURNAL_SEGMENT_MIB/],
    [[], { TAILRACE_JOURNAL_SEGMENT_MIB: '1.5' }, /TAILRACE_JOURNAL_SEGMENT_MIB/],
    [[], { TAILRACE_PUBLIC_URL: 'ftp://x' }, /TAILRACE_PUBLIC_URL/],
    [[], { TAILRACE_BOOTSTRAP_PASSWORD: 'short' }, /password/i],
    [[], { TAILRACE_BOOTSTRAP_AK: 'short', TAILRACE_BOOTSTRAP_SK: 'short' }, /TAILRACE_BOOTSTRAP_AK/],
    [[], { TAILRACE_SECRET_KEY: 'abcd' }, /TAILRACE_SECRET_KEY/],
  ] as const)
    test(`${args.join(' ')} ${Object.entries(env).join(' ')}`, () => {
      const stderr = refusedStart(args, env, 2)
      const lines = stderr.trim().split('\n')
      assert.match(lines[0]!, name)
      assert.doesNotMatch(stderr, /^ +at /m)
    })

  test('an address in use', async () => {
    await using server = await startServer()
    const { host } = new URL(server.url)
    const taken = `tailrace serve: something else listens on ${host}; choose another address with --listen\n`
    const data = join(server.data, 'first')
    assert.equal(refusedStart(['--listen', host, '--data', data]), taken)
    assert.ok(!existsSync(data))
    const other = await startServer()
    await other.kill('SIGTERM')
    assert.equal(refusedStart(['--listen', host, '--data', other.data]), taken)
    await other.stop()
  })

  test('an address that is not of this machine, and no port', () => {
    assert.match(refusedStart(['--listen', '192.0.2.1:0']), /192\.0\.2\.1:0: .*choose another address/)
  })

  test('a data directory that cannot be made', () => {
    for (const data of ['/proc/nope', '/proc/nope/data', '/dev/null', '/dev/null/data'])
      assert.match(
        refusedStart(['--data', data]),
        new RegExp(`^tailrace serve: The data directory ${data} cannot be made: E[A-Z]+: .*\n$`),
      )
  })
})
