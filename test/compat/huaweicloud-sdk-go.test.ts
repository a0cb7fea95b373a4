import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer } from '../props/server-process.ts'
import { admin } from '../props/wire.ts'
import { assertDecoded, callsInput, callsOf, runCommand } from './client-calls.ts'
import { newSampleBuild } from './sample-build.ts'

const MODULE = join(import.meta.dirname, 'go')
/**
 * The first time about 50 MB come from the module proxy, and the SDK is compiled. Go keeps both for
 * the next time.
 */
const BUILD_TIMEOUT_MS = 10 * 60_000
const CALLS_TIMEOUT_MS = 60_000
/**
 * What go says when it does not reach a module; a wrong checksum or a missing one is none of these.
 */
const CANNOT_FETCH = /\bdial tcp|: Get "|reading https?:|GOPROXY=off|GOPROXY list is not|timeout|proxyconnect/

const go = (args: readonly string[]) =>
  runCommand('go', args, { cwd: MODULE, env: { GOTOOLCHAIN: 'local' }, timeoutMs: BUILD_TIMEOUT_MS })

/** Why the program's modules are not on this machine, or undefined when they are. */
async function whyNoModules(): Promise<string | undefined> {
  try {
    await go(['list', '-mod=readonly', '-deps', '.'])
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'no go on this machine'
    const { message } = error as Error
    if (!CANNOT_FETCH.test(message)) throw error
    return `go cannot fetch the SDK: ${message.trim().split('\n').at(-1)}`
  }
}

test('the Go SDK calls every operation that it has, and decodes the answers', async t => {
  const missing = await whyNoModules()
  if (missing !== undefined) {
    t.skip(missing)
    return
  }
  const directory = mkdtempSync(join(tmpdir(), 'tailrace-go-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const program = join(directory, 'call-every-operation')
  await go(['build', '-mod=readonly', '-buildvcs=false', '-o', program, '.'])

  await using server = await startServer()
  const build = await newSampleBuild(await admin(server), randomUUID())
  const printed = await runCommand(program, [], {
    // The SDK keeps an id of its own in the home directory.
    env: { HOME: directory },
    timeoutMs: CALLS_TIMEOUT_MS,
    input: callsInput(server.url, build),
  })
  const calls = callsOf(printed)
  assert.ok(calls.length >= 23, calls.map(({ method }) => method).join(', '))
  assertDecoded(calls, build)
  t.diagnostic(`${calls.length} operations: ${calls.map(({ method }) => method).join(', ')}`)
})
