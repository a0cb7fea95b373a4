import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startRelay } from '../../props/relay.ts'
import { RunnerHome } from '../../props/runner.ts'
import { CLI } from '../../props/server-process.ts'
import { startFixture } from '../fixture.ts'

const STAMP =
  /^\[\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{3} GMT[+-]\d\d:\d\d\] \[(INFO|WARNING|ERROR)\] \[[^\]]*:run\] : /gm

const { server } = await startFixture()
const relay = await startRelay(server.url)
after(() => relay[Symbol.asyncDispose]())

const shell = (script: string) => ['--', 'sh', '-c', script]
const withoutStamps = (log: string) => log.replaceAll(STAMP, '')
const newHome = () => new RunnerHome(relay.url)

describe('tailrace run', { concurrency: 3 }, () => {
  it('keeps the order of stdout and stderr', async () => {
    using home = newHome()
    const record = randomUUID()
    const script = 'i=0; while [ $i -lt 1000 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done'
    const { code, stdout } = await home.run(['run', '--record', record, ...shell(script)])
    const lines = Array.from({ length: 1000 }, (_, i) => `out ${i}\nerr ${i}\n`).join('')
    assert.equal(code, 0)
    assert.equal(stdout, lines)
    assert.equal(withoutStamps(await home.logOf(record)), lines)
  })

  it('lets the command open /dev/stderr and /dev/stdout, and ends with its code', async () => {
    using home = newHome()
    const ended = await home.run(['run', ...shell('echo a > /dev/stderr; echo b > /dev/stdout; exit 42')])
    assert.deepEqual(ended, { code: 42, signal: null, stdout: 'a\nb\n', stderr: '' })
    assert.deepEqual(home.waiting(), [])
  })

  it('dies by the signal by which the command died, after the log is delivered', async () => {
    using home = newHome()
    const record = randomUUID()
    const ended = await home.run(['run', '--record', record, '--raw', ...shell('echo a; kill -KILL $$')])
    assert.equal(ended.signal, 'SIGKILL')
    assert.equal(await home.logOf(record), 'a\ntailrace: the command was ended by SIGKILL\n')
    assert.deepEqual(home.waiting(), [])
  })

  it('passes a signal on, and the build ends with the result of the command', async () => {
    using home = newHome()
    const running = home.start([
      'run',
      ...shell('trap "echo got it; exit 9" TERM; echo ready; while :; do sleep 0.1; done'),
    ])
    await running.said('ready')
    running.child.kill('SIGTERM')
    const { code, stdout } = await running.ended
    assert.equal(code, 9)
    assert.equal(stdout, 'ready\ngot it\n')
  })

  it('lets Ctrl-C of a terminal reach the command once', {
    skip: !existsSync('/usr/bin/script') && 'script(1) is not installed',
  }, async () => {
    using home = newHome()
    // A second signal would come with the first. No shell may wait in between (dash, where SHELL is
    // unset): it ends by the signal too.
    const program =
      'process.on("SIGINT", () => { console.log("INT"); setTimeout(() => process.exit(4), 500) }); setTimeout(() => {}, 60_000); console.log("ready")'
    const words = [process.execPath, CLI, 'run', '--', process.execPath, '-e', program]
    const line = `exec ${words.map(word => `'${word}'`).join(' ')}`
    const terminal = spawn('/usr/bin/script', ['-qefc', line, '/dev/null'], {
      cwd: home.folder,
      env: home.environment(),
    })
    let shown = ''
    const ended = once(terminal, 'close')
    for await (const text of terminal.stdout.setEncoding('utf8')) {
      if (!shown.includes('ready') && (shown + text).includes('ready')) terminal.stdin.write('\x03')
      shown += text
    }
    assert.deepEqual([await ended, shown.match(/INT/g)], [[4, null], ['INT']], shown)
  })

  it('ends with 127 for a command that is not there and with 126 for one that cannot be run, and the log says so', async () => {
    using home = newHome()
    const record = randomUUID()
    const missing = await home.run(['run', '--record', record, '--raw', '--', 'no-such-command'])
    assert.equal(missing.code, 127)
    assert.equal(await home.logOf(record), 'tailrace: no-such-command: command not found\n')
    const refused = await home.run(['run', '--', '/etc/passwd'])
    assert.equal(refused.code, 126)
    assert.match(refused.stderr, /\/etc\/passwd: cannot be run/)
  })

  it('gives the command no variable of Tailrace but the id of the record', async () => {
    using home = newHome()
    const record = randomUUID()
    const { stdout } = await home.run(['run', '--record', record, ...shell('env | grep TAILRACE')])
    assert.equal(stdout, `TAILRACE_RECORD_ID=${record}\n`)
  })

  it('hands stdin on, and bytes as they are', async () => {
    using home = newHome()
    const record = randomUUID()
    const bytes = String.raw`printf 'a\000\377\r\nno end'`
    const { stdout } = await home.run(['run', '--record', record, '--raw', ...shell(`cat; ${bytes}`)])
    assert.equal(stdout, 'a\0\xff\r\nno end')
    assert.equal(await home.logOf(record), 'a\0\xff\r\nno end')
  })

  it('stamps each line on the clock of its own time zone', async () => {
    using home = newHome()
    for (const [zone, offset] of [
      ['Asia/Kolkata', '+05:30'],
      ['America/St_Johns', '-0[23]:30'],
    ] as const) {
      const record = randomUUID()
      await home.run(['run', '--record', record, '--step', 'make', ...shell('echo a; printf b')], {
        TZ: zone,
      })
      const begin = String.raw`\[.{23} GMT${offset.replace('+', '\\+')}\] \[INFO\] \[make:run\] : `
      assert.match(await home.logOf(record), new RegExp(`^${begin}a\n${begin}b$`))
    }
  })

  it('masks secrets, also where the output is cut within one, in the log and on stdout', async () => {
    using home = newHome()
    const record = randomUUID()
    const script =
      'printf "1 $MY_TOKEN 2 hunt"; sleep 0.3; printf "er2!! 3 "; printf "$MY_TOKEN" | base64; echo $PLAIN; printf "https://me:p"; sleep 0.3; echo w@host/'
    const args = ['run', '--record', record, '--raw', '--mask', 'PLAIN', '--mask', 'NONE', ...shell(script)]
    const { stdout, stderr } = await home.run(args, { MY_TOKEN: 'hunter2!!', PLAIN: 'not so plain' })
    assert.equal(stdout, '1 *** 2 *** 3 ***\n***\nhttps://me:***@host/\n')
    assert.equal(stderr, 'tailrace: --mask NONE masks nothing: it is not set or empty\n')
    assert.equal(await home.logOf(record), stdout)
  })

  it('needs an address before it begins, but no good credentials', async () => {
    using home = newHome()
    const noUrl = await home.run(['run', ...shell('touch began')], { TAILRACE_URL: undefined })
    assert.equal(noUrl.code, 2)
    assert.match(noUrl.stderr, /TAILRACE_URL/)
    assert.ok(!existsSync(join(home.folder, 'began')))
    const refused = await home.run(['run', ...shell('echo built; exit 5')], { TAILRACE_SK: 'wrong' })
    assert.equal(refused.code, 5)
    assert.equal(refused.stdout, 'built\n')
    assert.equal(refused.stderr.match(/the log is not delivered/g)?.length, 1)
    assert.equal(home.waiting().length, 1)
  })

  it('makes several runs at once steps of one build, and finishes the build on request', async () => {
    using home = newHome()
    const record = randomUUID()
    await Promise.all(
      ['compile', 'test'].map(step =>
        home.run([
          'run',
          '--record',
          record,
          '--job',
          'app',
          '--step',
          step,
          '--raw',
          ...shell(`echo ${step}`),
        ]),
      ),
    )
    const logs = await Promise.all([home.logOf(record, 1), home.logOf(record, 2)])
    assert.deepEqual(logs.sort(), ['compile\n', 'test\n'])
    await home.run(['run', '--record', record, '--step', 'pack', '--finish', ...shell('exit 1')])
    const build = await home.client.finishBuild(record, { status: 'FAILURE' })
    assert.equal(build.status, 'FAILURE')
  })

  it('ends a build of several runs by its worst step', async () => {
    using home = newHome()
    for (const [codes, status] of [
      [[1, 0], 'FAILURE'],
      [[0, 0], 'SUCCESS'],
    ] as const) {
      const record = randomUUID()
      const args = ['run', '--quiet', '--job', 'cc', '--record', record]
      await home.run([...args, '--step', 'one', ...shell(`exit ${codes[0]}`)])
      await home.run([...args, '--step', 'two', '--finish', ...shell(`exit ${codes[1]}`)])
      assert.equal((await home.client.showBuild(record)).status, status)
    }
  })

  it('warns of a build that has ended or belongs to another job, and continues', async () => {
    using home = newHome()
    const record = randomUUID()
    await home.run(['run', '--job', 'aa', '--record', record, '--finish', ...shell('exit 1')])
    const late = ['run', '--record', record, '--step', 'late', '--raw', ...shell('echo late; exit 3')]
    const { code, stderr } = await home.run(late)
    assert.deepEqual(
      [code, stderr],
      [3, `tailrace: build ${record} has already ended with FAILURE, which does not change\n`],
    )
    assert.equal(await home.logOf(record, 2), 'late\n')
    const elsewhere = await home.run(['run', '--job', 'bb', ...late.slice(1)])
    assert.equal(elsewhere.stderr.split('\n')[0], `tailrace: build ${record} belongs to job aa, not bb`)
  })

  it('gives the same step again a name of its own', async () => {
    using home = newHome()
    const record = randomUUID()
    const args = ['run', '--record', record, '--step', 'make']
    await home.run([...args, ...shell('echo first')])
    const second = await home.run([...args, ...shell('echo second')])
    assert.match(second.stderr, /the step is named "make \(2\)"/)
    assert.match(await home.logOf(record, 1), /first\n$/)
    assert.match(await home.logOf(record, 2), /second\n$/)
  })

  it('continues when stdout is closed', async () => {
    using home = newHome()
    const record = randomUUID()
    const script =
      'echo begin; sleep 0.3; i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; exit 6'
    const running = home.start(['run', '--record', record, '--raw', ...shell(script)])
    await running.said('begin')
    running.child.stdout!.destroy()
    assert.equal((await running.ended).code, 6)
    assert.match(await home.logOf(record), /line 2999\n$/)
  })

  it('does not wait forever for children that the command leaves running', async () => {
    using home = newHome()
    const record = randomUUID()
    const script = '(sleep 0.05; echo late; exec sleep 30) & echo done'
    const { code, stdout } = await home.run(['run', '--record', record, '--raw', ...shell(script)])
    assert.equal(code, 0)
    assert.equal(stdout, 'done\nlate\n')
    assert.match(
      await home.logOf(record),
      /processes that the command left running may write more, which is not in this log\n$/,
    )
  })

  it('lets children live that write after it has left them', async () => {
    using home = newHome()
    const late =
      'while [ ! -e ended ]; do sleep 0.1; done; head -c 300000 /dev/zero; echo $? > code; mv code outcome'
    assert.equal((await home.run(['run', ...shell(`(${late}) & echo done`)])).stdout, 'done\n')
    writeFileSync(join(home.folder, 'ended'), '')
    while (!existsSync(join(home.folder, 'outcome'))) await sleep(20)
    assert.equal(readFileSync(join(home.folder, 'outcome'), 'utf8'), '0\n')
  })

  it('writes down which step the log became', async () => {
    using home = newHome()
    const record = randomUUID()
    await home.run(['run', '--record', record, '--ids', 'step.ids', ...shell('true')])
    const ids = readFileSync(join(home.folder, 'step.ids'), 'utf8')
    assert.match(ids, /^export TAILRACE_JOB_ID=[0-9a-z]{32}\nexport TAILRACE_BUILD_NO=\d+\n/)
    assert.match(ids, new RegExp(`export TAILRACE_RECORD_ID=${record}\nexport TAILRACE_STEP_ID=1\n$`))
  })

  it('carries 50 MB through bounded memory, every byte', async () => {
    using home = newHome()
    const record = randomUUID()
    const script = 'yes 0123456789abcdef | head -c 50000000; grep VmHWM /proc/$PPID/status'
    const { code } = await home.run(['run', '--quiet', '--record', record, '--raw', ...shell(script)])
    assert.equal(code, 0)
    const log = await home.logOf(record)
    const peakKib = Number(/VmHWM:\s+(\d+) kB\n$/.exec(log)![1])
    assert.equal(
      sha256(log.slice(0, 50_000_000)),
      sha256('0123456789abcdef\n'.repeat(3_000_000).slice(0, 50_000_000)),
    )
    assert.ok(peakKib < 200 * 1024, `${peakKib} KiB`)
  })
})

function sha256(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex')
}
