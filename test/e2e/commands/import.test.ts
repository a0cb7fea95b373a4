import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { CommandLine } from '../../props/command-line.ts'
import { startRelay } from '../../props/relay.ts'
import { eventually, sha256 } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const person = new CommandLine(server.url)
after(() => person[Symbol.dispose]())

function file(name: string, bytes: string | Uint8Array): void {
  const path = join(person.folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}
const logOf = async (recordId: string, step: number) =>
  (await caller.get(`/api/v1/builds/${recordId}/steps/${step}/log`)).bytes

async function imported(args: readonly string[], input?: string) {
  const { code, stdout, stderr } = await person.run(['import', '--json', ...args], input)
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

describe('tailrace import', () => {
  it('creates a finished step of each file, decompressed, and of stdin', async () => {
    file('plain.log', 'plain\r\n\u001b[31m')
    file('members.log.gz', Buffer.concat([gzipSync('first '), gzipSync('second\n')]))
    file(
      'frames.zst',
      Buffer.concat([zstdCompressSync(Buffer.from('one ')), zstdCompressSync(Buffer.from('two'))]),
    )
    file('empty.txt', '')
    const files = ['plain.log', 'members.log.gz', 'frames.zst', 'empty.txt', '-']
    const { record_id, steps } = await imported(['--job', 'old', '--status', 'failure', ...files], 'typed\n')
    assert.deepEqual(
      steps.map(({ name }: { name: string }) => name),
      ['plain.log', 'members.log', 'frames', 'empty.txt', 'stdin'],
    )
    const logs = ['plain\r\n\u001b[31m', 'first second\n', 'one two', '', 'typed\n']
    for (const [at, log] of logs.entries()) {
      assert.equal((await logOf(record_id, at + 1)).toString(), log)
      assert.equal(steps[at].sha256, sha256(log))
    }
    const { status, steps: stored } = (await caller.get(`/api/v1/builds/${record_id}`)).json()
    assert.equal(status, 'FAILURE')
    assert.deepEqual(
      stored.map((step: { verified: boolean }) => step.verified),
      logs.map(() => true),
    )
  })

  it('names a step after any file, in whole characters', async () => {
    // Cut by UTF-16 units, its last character would be half of one, which the server rejects.
    const long = `a${'\u{1f600}'.repeat(61)}`
    const folders = ['one', 'two', 'three'].map(name => `${name}/${long}`)
    for (const path of [' ', ...folders]) file(path, 'x')
    const { steps } = await imported(['--job', 'names', ' ', ...folders])
    assert.deepEqual(
      steps.map(({ name }: { name: string }) => name),
      ['file', long, `${long} (2)`, `${long} (3)`],
    )
  })

  it('creates nothing new when repeated, unless asked to', async () => {
    file('a.log', 'a\n')
    const first = await imported(['--job', 'again', 'a.log'])
    assert.equal(first.steps[0].new_bytes, 2)
    const second = await imported(['--job', 'again', 'a.log'])
    assert.deepEqual([second.record_id, second.steps[0].new_bytes], [first.record_id, 0])
    const third = await imported(['--job', 'again', '--new', 'a.log'])
    assert.equal(third.build_no, 2)
    file('a.log', 'b\n')
    assert.notEqual((await imported(['--job', 'again', 'a.log'])).record_id, first.record_id)
  })

  it('resumes an import that was killed, and waits for a server that is down', async () => {
    const log = Buffer.alloc(40_000_000, 'a line that repeats itself\n')
    file('big.log', log)
    await using relay = await startRelay(server.url)
    using there = new CommandLine(relay.url)
    const begin = there.start(['import', '--job', 'cut', join(person.folder, 'big.log')])
    const head = async () => {
      const { builds } = (await caller.get(`/api/v1/jobs/${await jobId('cut')}/builds`)).json()
      const { steps } = (await caller.get(`/api/v1/builds/${builds[0].record_id}`)).json()
      assert.ok(steps[0].size > 0)
      return steps[0].size
    }
    await eventually(head)
    begin.child.kill('SIGKILL')
    await begin.ended
    relay.target = undefined
    const again = there.start(['import', '--json', '--job', 'cut', join(person.folder, 'big.log')])
    await again.said('trying again for about 2 minutes')
    relay.target = server.url
    const { code, stdout, stderr } = await again.ended
    assert.equal(code, 0, stderr)
    assert.equal(stderr.split('trying again').length, 2, stderr)
    const { record_id, build_no, steps } = JSON.parse(stdout)
    assert.equal(build_no, 1)
    assert.ok(steps[0].new_bytes < log.length)
    assert.equal(sha256(await logOf(record_id, 1)), sha256(log))
  })

  it('says what is wrong, and creates no build', async () => {
    file('broken.gz', gzipSync('text that is cut').subarray(0, 20))
    for (const [code, message, ...args] of [
      [1, /broken.gz cannot be decompressed/, '--job', 'none', 'broken.gz'],
      [1, /absent cannot be read: no such file or directory \(ENOENT\)/, '--job', 'none', 'absent'],
      [1, /: \. cannot be read: .* \(EISDIR\)/, '--job', 'none', '.'],
      [2, /missing --job NAME/, 'broken.gz'],
      [2, /missing FILE: tailrace import/, '--job', 'none'],
      [
        2,
        /--status must be SUCCESS, FAILURE or ABORTED, not "GOOD"/,
        '--job',
        'none',
        '--status',
        'GOOD',
        'broken.gz',
      ],
    ] as const) {
      const ended = await person.run(['import', ...args])
      assert.equal(ended.code, code)
      assert.match(ended.stderr, message)
    }
    const { jobs } = (await caller.get('/api/v1/jobs')).json()
    const names = jobs.map(({ name }: { name: string }) => name)
    assert.ok(names.length > 0 && !names.includes('none'), names.join())
  })
})

async function jobId(name: string): Promise<string> {
  const { jobs } = (await caller.get('/api/v1/jobs')).json()
  const job = jobs.find((one: { name: string }) => one.name === name)
  assert.ok(job)
  return job.job_id
}
