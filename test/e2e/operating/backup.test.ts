/**
 * `tailrace backup` and `restore`: a restored store is what was acknowledged, whatever went on
 * meanwhile.
 */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { CommandLine } from '../../props/command-line.ts'
import { startServer } from '../../props/server-process.ts'
import { admin, type BuildAnswer, type Caller, eventually, logPath, sha256 } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

/** So small that segments are recycled and packs rewritten while the test runs. */
const SMALL = { TAILRACE_JOURNAL_SEGMENT_MIB: '1', TAILRACE_PACK_MIB: '1' }

/** What every log is a part of, from its own place on. */
const NOISE = Buffer.from(randomBytes(6_000_000).map(byte => (byte < 4 ? 0x0a : 0x20 + (byte % 90))))
const LOG_MAX_BYTES = 2_000_000

/** One log as its writer knows it. */
interface Written {
  readonly build: BuildAnswer
  readonly from: number
  acknowledged: number
  sent: number
  state: 'live' | 'sealed' | 'deleted'
}

const bytesOf = ({ from }: Written, end: number) => NOISE.subarray(from, from + end)

/** Writers that append, seal and delete until they are stopped. */
class Writers {
  readonly logs: Written[] = []
  readonly #caller: Caller
  readonly #ended: Promise<unknown>
  #stopped = false

  constructor(caller: Caller, count: number) {
    this.#caller = caller
    this.#ended = Promise.all(Array.from({ length: count }, (_, n) => this.#write(n)))
  }

  /** What is true of every log now. */
  now(): readonly Written[] {
    return this.logs.map(log => ({ ...log }))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#ended
  }

  async #write(writer: number): Promise<void> {
    for (let round = 0; !this.#stopped; round++) {
      const build = await this.#caller.newBuild()
      const from = ((writer * 31 + round * 7) * 4099) % (NOISE.length - LOG_MAX_BYTES)
      const log: Written = { build, from, acknowledged: 0, sent: 0, state: 'live' }
      this.logs.push(log)
      for (let chunk = 0; chunk < 20 && !this.#stopped; chunk++)
        await this.#append(log, 1 + ((chunk * 4001) % 60_000))
      // Each third log stays as it is.
      if (round % 3 === 0) continue
      assert.equal((await this.#caller.finishStep(build, 1)).status, 200)
      log.state = 'sealed'
      if (round % 3 === 1) continue
      assert.equal((await this.#caller.send('DELETE', `/api/v1/builds/${build.record_id}`)).status, 204)
      log.state = 'deleted'
    }
  }

  async #append(log: Written, bytes: number): Promise<void> {
    log.sent += bytes
    const body = bytesOf(log, log.sent).subarray(log.acknowledged)
    const reply = await this.#caller.append(log.build, 1, log.acknowledged, body)
    assert.equal(reply.status, 204, reply.text)
    log.acknowledged = log.sent
  }
}

/**
 * Holds every log in a restored store against what its writer knew when the backup began and when
 * it had ended.
 */
async function assertRestored(
  caller: Caller,
  begun: readonly Written[],
  ended: readonly Written[],
): Promise<void> {
  for (const [i, before] of begun.entries()) {
    const late = ended[i]!
    const reply = await caller.get(logPath(before.build, 1), { 'Accept-Encoding': 'identity' })
    if (late.state === 'deleted') {
      if (before.state === 'deleted') assert.equal(reply.status, 404)
      continue
    }
    assert.equal(reply.status, 200, reply.text)
    const { length } = reply.bytes
    assert.ok(
      length >= before.acknowledged && length <= late.sent,
      `${before.acknowledged} ${length} ${late.sent}`,
    )
    assert.equal(sha256(reply.bytes), sha256(bytesOf(before, length)))
    if (before.state !== 'sealed') continue
    assert.equal(length, before.acknowledged)
    assert.equal((await caller.finishStep(before.build, 1)).json().sha256, sha256(reply.bytes))
  }
}

/** The whole of a connection to the server's own socket: a snapshot that is held. */
async function holdSnapshot(data: string): Promise<{ socket: Socket; packs: string[] }> {
  const socket = connect(join(data, 'control.sock'))
  const [line] = await once(socket.setEncoding('utf8'), 'data')
  const { error, packs } = JSON.parse(line)
  assert.equal(error, undefined)
  return { socket, packs: packs.map(({ name }: { name: string }) => name) }
}

const exists = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined

describe('a backup of a running server', async () => {
  const { server, caller } = await startFixture({ env: SMALL })
  const person = new CommandLine(server.url)
  after(() => person[Symbol.dispose]())

  const backUp = (...args: string[]) => person.run(['backup', '--data', server.data, ...args])
  const restore = (...args: string[]) => person.run(['restore', ...args])
  const inFolder = (name: string) => join(person.folder, name)

  const packsIn = async (backup: string) => {
    const { files } = JSON.parse(await readFile(join(inFolder(backup), 'backup.json'), 'utf8'))
    return JSON.stringify(files.filter(({ name }: { name: string }) => name.startsWith('packs/')))
  }

  it('restores to what was acknowledged when it began, while writers continue, and shares packs with the previous one', async () => {
    // Fills packs alone and stays, so that they are never rewritten.
    const kept = await caller.newLog(NOISE.subarray(0, 3_000_000))
    await eventually(async () =>
      assert.match((await caller.get('/metrics')).text, /^tailrace_log_bytes_packed_total 3000000$/m),
    )
    const writers = new Writers(caller, 6)
    try {
      await eventually(async () => assert.ok(writers.logs.length > 40))
      const taken: { begun: readonly Written[]; ended: readonly Written[] }[] = []
      for (const n of [0, 1, 2]) {
        const begun = writers.now()
        const more = n === 0 ? [] : ['--previous', `nightly-${n - 1}`]
        const { code, stdout, stderr } = await backUp(`nightly-${n}`, '--json', ...more)
        assert.deepEqual([code, stderr], [0, ''], stdout)
        if (n > 0)
          assert.ok(
            JSON.parse(stdout).shared_bytes > 0,
            `${await packsIn(`nightly-${n - 1}`)}\n${await packsIn(`nightly-${n}`)}`,
          )
        taken.push({ begun, ended: writers.now() })
        const count = writers.logs.length
        await eventually(async () => assert.ok(writers.logs.length > count + 10))
      }
      const doctor = await person.run(['doctor', '--data', server.data, '--json'])
      assert.deepEqual([doctor.code, JSON.parse(doctor.stdout).faults], [0, []], doctor.stderr)
      await writers.stop()
      for (const [n, { begun, ended }] of taken.entries()) {
        const data = inFolder(`restored-${n}`)
        const restored = await restore(`nightly-${n}`, '--data', data)
        assert.equal(restored.code, 0, restored.stderr)
        assert.match(restored.stdout, /Now put its secret\.key there/)
        const checked = await person.run(['doctor', '--data', data, '--json'])
        assert.deepEqual(JSON.parse(checked.stdout).faults, [], checked.stderr)
        await copyFile(join(server.data, 'secret.key'), join(data, 'secret.key'))
        await using other = await startServer({ data, env: SMALL })
        const reader = await admin(other)
        await assertRestored(reader, begun, ended)
        const { bytes } = await reader.get(logPath(kept, 1), { 'Accept-Encoding': 'identity' })
        assert.equal(sha256(bytes), sha256(NOISE.subarray(0, 3_000_000)))
        const goesOn = ended.find(({ state }, i) => state === 'live' && i < begun.length)!
        const head = Number((await reader.send('HEAD', logPath(goesOn.build, 1))).headers['upload-offset'])
        assert.equal((await reader.append(goesOn.build, 1, head, 'and on\n')).status, 204)
        const numbers = begun.map(({ build }) => build.build_no)
        assert.ok((await reader.newBuild()).build_no > Math.max(...numbers))
      }
    } finally {
      await writers.stop()
    }
  })

  it('keeps packs only while they are copied', async () => {
    const builds = await Promise.all(
      [0, 1, 2].map(n => caller.newLog(NOISE.subarray(n * 1_900_000, (n + 1) * 1_900_000))),
    )
    const { socket, packs } = await eventually(async () => {
      const held = await holdSnapshot(server.data)
      if (held.packs.length > 2) return held
      held.socket.end()
      await once(held.socket, 'close')
      throw new Error('the packs are not written yet')
    })
    const there = async () => {
      const names = await readdir(join(server.data, 'packs'))
      return packs.filter(pack => names.includes(pack)).length
    }
    for (const { record_id } of builds) await caller.send('DELETE', `/api/v1/builds/${record_id}`)
    const second = connect(join(server.data, 'control.sock'))
    const [answer] = await once(second.setEncoding('utf8'), 'data')
    assert.match(JSON.parse(answer).error, /Another backup or check/)
    assert.equal(await there(), packs.length)
    socket.destroy()
    await eventually(async () => assert.equal(await exists(join(server.data, 'snapshot')), false))
    // Space is looked for after a deletion.
    await eventually(async () => {
      const { record_id } = await caller.newLog('short')
      await caller.send('DELETE', `/api/v1/builds/${record_id}`)
      assert.ok((await there()) < packs.length)
    })
  })

  it('copies a pack that it cannot share with the previous one, and reports why', async () => {
    assert.equal((await backUp('monday')).code, 0)
    const files: { name: string }[] = JSON.parse(
      await readFile(join(inFolder('monday'), 'backup.json'), 'utf8'),
    ).files
    const packs = files.filter(({ name }) => name.startsWith('packs/'))
    for (const { name } of packs) await rm(join(inFolder('monday'), name))
    const written = await backUp('tuesday', '--previous', 'monday', '--json')
    assert.equal(written.code, 0)
    const { shared_bytes, unlinked } = JSON.parse(written.stdout)
    assert.equal(shared_bytes, 0)
    assert.ok(unlinked.count >= 1 && unlinked.count <= packs.length, written.stdout)
    assert.match(unlinked.reason, /^ENOENT: .*monday\/packs\//)
    assert.match(
      written.stderr,
      /^tailrace backup: [1-9]\d* packs? of the previous backup had to be copied: ENOENT: /,
    )
    const whole = await backUp('wednesday', '--previous', 'tuesday', '--json')
    assert.deepEqual([whole.code, whole.stderr, JSON.parse(whole.stdout).unlinked], [0, '', null])
    assert.equal((await restore('tuesday', '--data', inFolder('of-tuesday'))).code, 0)
  })

  it('leaves nothing when it is interrupted or killed, or when the server is', async () => {
    await eventually(async () => {
      const running = person.start(['backup', '--data', server.data, 'interrupted'])
      while (running.child.exitCode === null && !(await exists(inFolder('interrupted.unfinished'))))
        await new Promise(resolve => setImmediate(resolve))
      running.child.kill('SIGINT')
      const { code } = await running.ended
      if (code === 0) await rm(inFolder('interrupted'), { recursive: true })
      assert.equal(code, 130)
    })
    assert.deepEqual(
      (await readdir(person.folder)).filter(name => name.startsWith('interrupted')),
      [],
    )

    const { socket } = await holdSnapshot(server.data)
    const ended = once(socket, 'close')
    await server.kill('SIGKILL')
    await ended
    assert.equal(await exists(join(server.data, 'snapshot')), true)
    await server.restart()
    assert.equal(await exists(join(server.data, 'snapshot')), false)
    assert.equal((await backUp('after-kill')).code, 0)
  })

  it('says what is wrong', async () => {
    await mkdir(inFolder('there'))
    const said = async (pattern: RegExp, code: number, ...args: string[]) => {
      const ended = await person.run(args)
      assert.deepEqual([ended.code, ended.stdout], [code, ''])
      assert.match(ended.stderr, pattern)
      assert.doesNotMatch(ended.stderr, /\n +at /)
    }
    const data = ['--data', server.data]
    await said(/there already exists; choose a new directory$/m, 1, 'backup', 'there', ...data)
    await said(/ENOENT/, 1, 'backup', 'no/where', ...data)
    await said(/missing TARGET: tailrace backup/, 2, 'backup', ...data)
    await said(/no store/, 1, 'backup', 'x', '--data', inFolder('empty'))
    await said(/there is not a backup/, 1, 'backup', 'x', '--previous', 'there', ...data)
    await said(/there is not a backup/, 1, 'restore', 'there', '--data', inFolder('new'))
    await said(/must be empty/, 1, 'restore', 'after-kill', ...data)
    const manifest = JSON.parse(await readFile(join(inFolder('after-kill'), 'backup.json'), 'utf8'))
    for (const name of ['../out', 'packs/../../out', '/etc/passwd', 'packs/.x']) {
      const files = [{ name, bytes: 1, sha256: '' }]
      await writeFile(join(inFolder('there'), 'backup.json'), JSON.stringify({ ...manifest, files }))
      await said(/lists a file that no store has/, 1, 'restore', 'there', '--data', inFolder('new'))
    }
    assert.equal(await exists(inFolder('new')), false)
  })

  it('is not restored if it is damaged, and a restore that was cut off resumes', async () => {
    assert.equal((await backUp('sound')).code, 0)
    const { files } = JSON.parse(await readFile(join(inFolder('sound'), 'backup.json'), 'utf8'))
    const { name } = files.at(-1)
    const file = join(inFolder('sound'), name)
    const whole = await readFile(file)
    const damaged = Buffer.from(whole)
    damaged[damaged.length - 20]! ^= 1
    await writeFile(file, damaged)
    const data = inFolder('half')
    const refused = await restore('sound', '--data', data)
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /is damaged/)
    const started = await person.run(['serve', '--data', data, '--listen', '127.0.0.1:0'])
    assert.equal(started.code, 1)
    assert.match(started.stderr, /restore into .* has not ended/)
    for (const args of [['doctor'], ['backup', 'of-half'], ['offline', 'rekey']]) {
      const { code, stderr } = await person.run([...args, '--data', data])
      assert.equal(code, 1)
      assert.match(stderr, /restore into .* has not ended/)
    }
    await writeFile(file, whole)
    assert.equal((await restore('sound', '--data', data)).code, 0)
    assert.equal((await person.run(['doctor', '--data', data])).code, 0)
  })
})

it('backs up a stopped server, and one whose directory has a long path', async () => {
  using place = new CommandLine('http://127.0.0.1:1')
  const data = join(place.folder, 'a-rather-long-name-of-a-directory/'.repeat(4), 'data')
  const server = await startServer({ data, env: SMALL })
  const caller = await admin(server)
  const build = await caller.newLog(NOISE.subarray(0, 3_000_000), { live: true })
  assert.equal((await place.run(['backup', '--data', data, 'served'])).code, 0)
  await server.kill('SIGKILL')
  assert.equal((await place.run(['backup', '--data', data, 'killed'])).code, 0)
  for (const name of ['served', 'killed']) {
    const restored = join(place.folder, `data-${name}`)
    assert.equal((await place.run(['restore', name, '--data', restored])).code, 0)
    await copyFile(join(data, 'secret.key'), join(restored, 'secret.key'))
    await using other = await startServer({ data: restored })
    const reply = await (await admin(other)).get(logPath(build, 1))
    assert.equal(sha256(reply.bytes), sha256(NOISE.subarray(0, 3_000_000)))
  }
})
