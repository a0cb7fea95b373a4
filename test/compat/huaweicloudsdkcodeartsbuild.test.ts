import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer } from '../props/server-process.ts'
import { admin } from '../props/wire.ts'
import { assertDecoded, callsInput, callsOf, runCommand } from './client-calls.ts'
import { newSampleBuild } from './sample-build.ts'

const PACKAGE = 'huaweicloudsdkcodeartsbuild==3.1.219'
const TIMEOUT_MS = 60_000

test('the Python SDK calls every operation that it has, and decodes the answers', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'tailrace-python-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', directory]
  try {
    await runCommand('python3', [...install, PACKAGE], { timeoutMs: TIMEOUT_MS })
  } catch (error) {
    t.skip(`pip cannot install ${PACKAGE}: ${(error as Error).message.trim().split('\n').at(-1)}`)
    return
  }

  await using server = await startServer()
  const build = await newSampleBuild(await admin(server), randomUUID())
  const printed = await runCommand('python3', [join(import.meta.dirname, 'call-every-operation.py')], {
    // The SDK keeps an id of its own in the home directory.
    env: { PYTHONPATH: directory, HOME: directory, PYTHONIOENCODING: 'utf-8' },
    timeoutMs: TIMEOUT_MS,
    input: callsInput(server.url, build),
  })
  const calls = callsOf(printed)
  assertDecoded(calls, build)
  t.diagnostic(`${calls.length} operations: ${calls.map(({ method }) => method).join(', ')}`)
})
