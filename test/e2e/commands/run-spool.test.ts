import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startRelay } from '../../props/relay.ts'
import { RunnerHome } from '../../props/runner.ts'
import { BOOTSTRAP } from '../../props/server-process.ts'
import { startFixture } from '../fixture.ts'

const { server } = await startFixture()
const relay = await startRelay(server.url)
after(() => relay[Symbol.asyncDispose]())

const shell = (script: string) => ['--', 'sh', '-c', script]
const newHome = () => new RunnerHome(relay.url)

describe('tailrace run with a spool in trouble', () => {
  it('sends the rest from memory when the disk is full', async () => {
    using home = newHome()
    const record = randomUUID()
    // A file may have 64 blocks of 512 bytes: the spool's file fails as on a full disk.
    const under = ['sh', '-c', 'ulimit -f 64; exec "$@"', 'sh']
    const script = 'yes 0123456789abcde | head -c 400000; exit 4'
    const ended = await home.run(['run', '--quiet', '--record', record, '--raw', ...shell(script)], {}, under)
    assert.equal(ended.code, 4)
    assert.match(ended.stderr, /the spool cannot be written/)
    assert.equal(await home.logOf(record), '0123456789abcde\n'.repeat(25_000))
    assert.deepEqual(home.waiting(), [])
  })

  it('uses a temporary one when it cannot make its own', async () => {
    using home = newHome()
    const record = randomUUID()
    const temporary = { TAILRACE_SPOOL: '/dev/null/spool', TMPDIR: home.folder }
    const ended = await home.run(['run', '--record', record, '--raw', ...shell('echo a; exit 3')], temporary)
    assert.equal(ended.code, 3)
    assert.match(ended.stderr, /using a temporary one/)
    assert.equal(await home.logOf(record), 'a\n')
  })

  it('says what is missing when neither the disk nor the server accepts the log, and delivers the rest', async () => {
    using home = newHome()
    relay.target = undefined
    const record = randomUUID()
    const under = ['sh', '-c', 'ulimit -f 64; exec "$@"', 'sh']
    const args = ['run', '--quiet', '--wait', '1', '--record', record, '--raw']
    const ended = await home.run([...args, ...shell('yes 0123456789abcde | head -c 400000')], {}, under)
    relay.target = server.url
    assert.equal(ended.code, 0)
    assert.match(
      ended.stderr,
      /400000 of 400000 bytes of the log are undelivered \(.+\), and the spool does not have all/,
    )
    assert.equal((await home.run(['deliver'])).code, 0)
    const kept = '0123456789abcde\n'.repeat(2048)
    assert.equal(
      await home.logOf(record),
      `${kept}\ntailrace: the log is cut here: it had 400000 bytes, and the rest could not be kept\n`,
    )
  })
})

describe('tailrace run with a bound on its spool', () => {
  it('slows the command down while the server accepts bytes, and every byte arrives', async () => {
    using home = newHome()
    const record = randomUUID()
    const script = `yes 0123456789abcde | head -c 4000000; du -sk ${home.spool}`
    const args = ['run', '--quiet', '--spool-max', '1', '--record', record, '--raw']
    const { code, stderr } = await home.run([...args, ...shell(script)])
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    const log = await home.logOf(record)
    assert.equal(sha256(log.slice(0, 4_000_000)), sha256('0123456789abcde\n'.repeat(250_000)))
    const spooledKib = Number(/^(\d+)\t/.exec(log.slice(4_000_000))![1])
    assert.ok(spooledKib < 1100, `${spooledKib} KiB`)
    assert.deepEqual(home.waiting(), [])
  })

  it('lets the command continue while the server is down, and the log says how much is missing', async () => {
    using home = newHome()
    relay.target = undefined
    const record = randomUUID()
    const args = ['run', '--quiet', '--wait', '1', '--record', record, '--raw']
    const bound = { TAILRACE_SPOOL_MAX_MIB: '1' }
    const ended = await home.run([...args, ...shell('yes 0123456789abcde | head -c 4000000; exit 3')], bound)
    relay.target = server.url
    assert.equal(ended.code, 3)
    const missing = Number(/(\d+) bytes of the log could not be kept/.exec(ended.stderr)![1])
    assert.match(ended.stderr, /bytes of the log are undelivered \(.+\); they are kept in/)
    assert.equal((await home.run(['deliver'])).code, 0)
    const log = await home.logOf(record)
    const begin = '0123456789abcde\n'.repeat(250_000).slice(0, 4_000_000 - missing)
    const lineEnd = begin.endsWith('\n') ? '' : '\n'
    const marker = `tailrace: ${missing} bytes of the log are missing here: they could not be kept\n`
    assert.equal(log, begin + lineEnd + marker)
    assert.ok(begin.length <= 1024 * 1024, `${begin.length} bytes`)
  })

  it('delivers what a killed runner left, after what the server had, even if the spool has only that', async () => {
    using home = newHome()
    const record = randomUUID()
    const script = 'yes 0123456789abcde | head -c 3000000; touch written; exec sleep 30'
    const args = ['run', '--spool-max', '1', '--record', record, '--raw', ...shell(script)]
    const running = home.start(['run', '--quiet', ...args.slice(1)])
    while (!existsSync(join(home.folder, 'written'))) await sleep(20)
    running.child.kill('SIGKILL')
    await once(running.child, 'exit')
    assert.match((await home.run(['deliver'])).stdout, /^delivered: "sh"/)
    const log = await home.logOf(record)
    assert.ok(log.length > 1_900_000, `${log.length} bytes`)
    assert.equal(log, '0123456789abcde\n'.repeat(187_500).slice(0, log.length))
    assert.deepEqual(home.waiting(), [])
  })
})

describe('tailrace run while the server is away', () => {
  it('delivers all when the server is killed and comes back meanwhile', async () => {
    using home = newHome()
    const record = randomUUID()
    const script =
      'echo begin; i=0; while [ ! -e stop ]; do i=$((i+1)); echo line $i; sleep 0.02; done; echo $i > count'
    const running = home.start(['run', '--record', record, '--raw', ...shell(script)])
    await running.said('line 20')
    await server.kill('SIGKILL')
    relay.target = undefined
    await running.said('line 60')
    await server.restart()
    relay.target = server.url
    await running.said('line 100')
    await home.run(['run', '--', 'touch', 'stop'])
    const { code } = await running.ended
    const count = Number(readFileSync(join(home.folder, 'count'), 'utf8'))
    assert.equal(code, 0)
    assert.equal(
      await home.logOf(record),
      ['begin\n', ...Array.from({ length: count }, (_, i) => `line ${i + 1}\n`)].join(''),
    )
    assert.deepEqual(home.waiting(), [])
  })

  it('keeps the log in a private spool, and a later process delivers it', async () => {
    using home = newHome()
    relay.target = undefined
    const record = randomUUID()
    const args = ['run', '--wait', '1', '--record', record, '--finish', ...shell('echo $MY_SECRET; exit 7')]
    const ended = await home.run(args, { MY_SECRET: 'do not tell' })
    relay.target = server.url
    assert.equal(ended.code, 7)
    assert.match(ended.stderr, /bytes of the log are undelivered \(.+\); they are kept in /)
    const folder = join(home.spool, home.waiting()[0]!)
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    for (const file of readdirSync(folder)) {
      assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600)
      for (const secret of ['do not tell', BOOTSTRAP.sk]) assert.ok(!home.spooled(file).includes(secret))
    }
    const log = home.spooled('log-0000000000000000')
    const delivered = await home.run(['deliver', '--json'])
    assert.equal(delivered.code, 0)
    assert.partialDeepStrictEqual(JSON.parse(delivered.stdout), {
      record_id: record,
      step: 'sh',
      delivered: true,
    })
    assert.equal(await home.logOf(record), log)
    assert.deepEqual(home.waiting(), [])
    assert.equal((await home.run(['deliver'])).stdout, '')
  })

  it('ends a build by its worst step also where logs come later, and says what delivers them', async () => {
    using home = newHome()
    relay.target = undefined
    const record = randomUUID()
    const args = ['run', '--quiet', '--raw', '--record', record]
    const one = await home.run([...args, '--wait', '0', '--step', 'one', ...shell('echo one; exit 1')])
    assert.match(
      one.stderr,
      /4 of 4 bytes of the log are undelivered( \(.+\))?; they are kept in \S+; run "tailrace deliver" to send them/,
    )
    const other = join(home.folder, 'other')
    const apart = ['--wait', '0', '--spool', other, '--step', 'two', '--finish', ...shell('echo two')]
    const two = await home.run([...args, ...apart])
    assert.match(two.stderr, new RegExp(`run "tailrace deliver --spool ${other}" to send them`))
    relay.target = server.url
    assert.match((await home.run(['deliver'])).stdout, /^delivered: "one" of \S+, 4 bytes\n$/)
    assert.equal((await home.client.showBuild(record)).status, null)
    assert.equal((await home.run(['deliver', '--spool', other])).code, 0)
    assert.equal((await home.client.showBuild(record)).status, 'FAILURE')
  })

  it('counts a log as missing where the server does not have it, as the run did', async () => {
    using home = newHome()
    const record = randomUUID()
    const script = 'echo there; while [ ! -e away ]; do sleep 0.02; done; echo missing'
    const running = home.start(['run', '--wait', '0', '--raw', '--record', record, ...shell(script)])
    await running.said('there')
    while ((await home.client.stateOfLog({ recordId: record, stepId: 1 }).catch(() => undefined))?.head !== 6)
      await sleep(20)
    relay.target = undefined
    writeFileSync(join(home.folder, 'away'), '')
    assert.match((await running.ended).stderr, /8 of 14 bytes of the log are undelivered/)
    relay.target = server.url
    assert.match((await home.run(['deliver'])).stdout, /^delivered: "sh" of \S+, 8 of 14 bytes\n$/)
    assert.equal(await home.logOf(record), 'there\nmissing\n')
  })

  it('delivers what an earlier run left', async () => {
    using home = newHome()
    relay.target = undefined
    const record = randomUUID()
    await home.run(['run', '--wait', '0', '--record', record, '--raw', ...shell('echo earlier')])
    relay.target = server.url
    assert.equal((await home.run(['run', ...shell('echo later')])).code, 0)
    assert.equal(await home.logOf(record), 'earlier\n')
    assert.deepEqual(home.waiting(), [])
  })

  it('leaves the log of a run that lives to it, and delivers that of a killed one as it is', async () => {
    using home = newHome()
    relay.target = undefined
    const record = randomUUID()
    const running = home.start(['run', '--record', record, '--raw', ...shell('echo begun; exec sleep 30')])
    // The runner prints a line and writes it to the spool at the same time.
    while (!home.isSpooled('begun\n')) await sleep(20)
    assert.deepEqual(await home.run(['deliver']), { code: 0, signal: null, stdout: '', stderr: '' })
    running.child.kill('SIGKILL')
    await once(running.child, 'exit')
    relay.target = server.url
    assert.match((await home.run(['deliver'])).stdout, /^delivered: "sh"/)
    assert.equal(await home.logOf(record), 'begun\n')
    const step = { recordId: record, stepId: 1 }
    assert.partialDeepStrictEqual(
      await home.client.finishStep(step, { status: 'ABORTED', sha256: sha256('begun\n') }),
      {
        size: 6,
        verified: true,
      },
    )
  })

  it('delivers logs for another server to this one on request, and says how', async () => {
    using home = newHome()
    const record = randomUUID()
    const elsewhere = { TAILRACE_URL: 'http://127.0.0.1:1' }
    await home.run(['run', '--wait', '0', '--record', record, '--raw', ...shell('echo moved')], elsewhere)
    const refused = await home.run(['deliver'])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /it is for http:\/\/127\.0\.0\.1:1, .* --to-here/)
    assert.equal((await home.run(['deliver', '--to-here'])).code, 0)
    assert.equal(await home.logOf(record), 'moved\n')
    assert.deepEqual(home.waiting(), [])
  })

  it('discards logs by name or all, but none that a runner still writes to', async () => {
    using home = newHome()
    relay.target = undefined
    for (const text of ['one', 'two', 'three'])
      await home.run(['run', '--quiet', '--wait', '0', '--raw', ...shell(`echo ${text}`)])
    const [first] = home.waiting()
    const running = home.start(['run', '--wait', '0', ...shell('echo begun; exec sleep 30')])
    await running.said('begun')
    const unknown = await home.run(['deliver', '--discard', first!, '--discard', 'nothing'])
    assert.equal(unknown.code, 1)
    assert.match(unknown.stderr, /no log waits in .* as nothing/)
    assert.equal(home.waiting().length, 4)
    assert.match(
      (await home.run(['deliver', '--discard', join(home.spool, first!)])).stdout,
      /^discarded: "sh"/,
    )
    assert.ok(!home.waiting().includes(first!))
    const all = await home.run(['deliver', '--discard', 'all', '--json'])
    assert.equal(all.stdout.trim().split('\n').length, 2)
    const [left, ...others] = home.waiting()
    assert.deepEqual(others, [])
    const busy = await home.run(['deliver', '--discard', left!])
    assert.match(busy.stderr, /still writes to it/)
    running.child.kill('SIGTERM')
    await running.ended
    relay.target = server.url
  })

  it('ends at once on a signal when only the log is left to deliver', async () => {
    using home = newHome()
    relay.target = undefined
    const running = home.start(['run', '--wait', '500', ...shell('echo done; exit 3')])
    const told = once(running.child.stderr!, 'data')
    await running.said('done')
    await told
    while (!existsSync(join(home.spool, home.waiting()[0]!, 'end.json'))) await sleep(20)
    running.child.kill('SIGTERM')
    const { code, stderr } = await running.ended
    relay.target = server.url
    assert.equal(code, 3)
    assert.match(stderr, /they are kept in/)
    assert.equal(home.waiting().length, 1)
  })

  it('lets two deliverers bring the same log', async () => {
    using home = newHome()
    relay.target = undefined
    const record = randomUUID()
    await home.run([
      'run',
      '--quiet',
      '--wait',
      '0',
      '--record',
      record,
      '--raw',
      ...shell('yes a | head -c 3000000'),
    ])
    relay.target = server.url
    const both = await Promise.all([home.run(['deliver']), home.run(['deliver'])])
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
    )
    assert.equal(await home.logOf(record), 'a\n'.repeat(1_500_000))
    assert.deepEqual(home.waiting(), [])
  })
})

function sha256(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex')
}
