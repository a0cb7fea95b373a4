import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { CommandLine } from '../../props/command-line.ts'
import { startRelay } from '../../props/relay.ts'
import { CLI } from '../../props/server-process.ts'
import { onTerminal } from '../../props/terminal.ts'
import { type BuildAnswer, sha256, UNKNOWN_RECORD } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const person = new CommandLine(server.url)
after(() => person[Symbol.dispose]())

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `line ${from + n}\n`).join('')

async function newBuild(
  job: string,
  logs: readonly (string | Uint8Array)[],
  live = false,
): Promise<BuildAnswer> {
  const build = await caller.newBuild(logs.length, { job_name: job })
  for (const [at, log] of logs.entries()) {
    if (log.length > 0) assert.equal((await caller.append(build, at + 1, 0, log)).status, 204)
    if (!live) assert.equal((await caller.finishStep(build, at + 1)).status, 200)
  }
  if (!live) assert.equal((await caller.finishBuild(build)).status, 200)
  return build
}

async function stdoutOf(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await person.run(args)
  assert.equal(code, 0, stderr)
  return stdout
}

async function errorOf(code: number, ...args: string[]): Promise<string> {
  const ended = await person.run(args)
  assert.equal(ended.code, code, ended.stderr)
  return ended.stderr
}

describe('tailrace builds', () => {
  it('lists jobs, builds and steps, for people and as JSON', async () => {
    await newBuild('listed', ['a\n'])
    const { record_id, job_id } = await newBuild('listed', ['a\n', 'bb\n'])
    assert.match(await stdoutOf('builds'), new RegExp(`^listed +#2 +SUCCESS .* ${job_id}$`, 'm'))
    const builds = (await stdoutOf('builds', 'listed')).split('\n')
    assert.match(builds[0]!, /^BUILD +STATUS +BEGAN/)
    assert.match(
      builds[1]!,
      new RegExp(`^#2 +SUCCESS +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d \\+00:00 .*${record_id}$`),
    )
    assert.match(builds[2]!, /^#1 +SUCCESS/)
    assert.match(await stdoutOf('builds', 'listed#2'), /^2 +step 2 +SUCCESS .* 3 B$/m)
    const json = JSON.parse(await stdoutOf('builds', '--json', '-n', '1', job_id))
    assert.deepEqual(
      json.map((build: BuildAnswer) => build.record_id),
      [record_id],
    )
    assert.equal(JSON.parse(await stdoutOf('builds', record_id, '--json')).steps[1].size, 3)
  })

  it('goes through as many parts as there are', async () => {
    for (let n = 0; n < 105; n++) await caller.newBuild(0, { job_name: 'many' })
    const builds = JSON.parse(await stdoutOf('builds', 'many', '-n', '500', '--json'))
    assert.deepEqual(
      builds.map(({ build_no }: BuildAnswer) => build_no),
      Array.from({ length: 105 }, (_, n) => 105 - n),
    )
  })
})

describe('a build or step that is not there', () => {
  it('is reported together with what exists', async () => {
    await newBuild('compile', ['a\n', 'b\n'])
    assert.match(await errorOf(1, 'tail', 'compil'), /unknown job "compil"; did you mean "compile"/)
    assert.match(await errorOf(1, 'get', 'compile#9', '1'), /unknown build compile#9; the latest is #1/)
    assert.match(await errorOf(1, 'get', UNKNOWN_RECORD, '1'), /unknown build 0000.*"tailrace builds" lists/)
    assert.match(
      await errorOf(1, 'get', 'compile', '3'),
      /unknown step "3" of compile#1; .*1 \(step 1\), 2 \(step 2\)/,
    )
    await newBuild('short names', ['a\n'])
    assert.match(
      await errorOf(1, 'get', 'short names', '9'),
      /unknown step "9" of short names#1; steps: 1 \(step 1\)/,
    )
    assert.match(await errorOf(1, 'get', 'compile', 'step1'), /did you mean "step 1"/)
    assert.match(await errorOf(2, 'get', 'compile'), /missing STEP: compile#1 has 1 \(step 1\)/)
    assert.match(await errorOf(2, 'get', `http://127.0.0.1:1/${UNKNOWN_RECORD}`), /another server/)
  })
})

describe('tailrace get', () => {
  it('brings the log by any name of the build and step', async () => {
    const build = await newBuild('named', ['first\n', 'second\n'])
    const url = build.steps[1]!.log_url
    for (const names of [
      [build.record_id, '2'],
      ['named', 'stage2'],
      ['named#1', 'step 2'],
      [`${build.job_id}#1`, '2'],
      [url],
    ])
      assert.equal(await stdoutOf('get', ...names), 'second\n')
  })

  it('leaves DEBUG lines out unless they are wanted, and every other byte as it is', async () => {
    const stamp = '[2026/01/02 03:04:05.678 GMT+00:00]'
    const log = `${stamp} [INFO] : a\r\n${stamp} [DEBUG] : b\n\u001b[31mc\u001b]0;title\u0007`
    const { record_id } = await newBuild('levels', [log])
    assert.equal(await stdoutOf('get', record_id), log.replace(/.*DEBUG.*\n/, ''))
    assert.equal(await stdoutOf('get', record_id, '--level', 'DEBUG'), log)
  })

  it('says on stderr that lines were left out, or may have been', async () => {
    const log = '[2026/01/02 03:04:05.678 GMT+00:00] [DEBUG] : b\nc\n'
    const { record_id } = await newBuild('told', [log])
    const leftOut = /^DEBUG lines were left out \(48 bytes\); --level DEBUG gets every byte$/m
    assert.match(await errorOf(0, 'get', record_id), leftOut)
    assert.match(await errorOf(0, 'get', record_id, '-o', 'told.txt'), leftOut)
    for (const more of [
      ['--level', 'DEBUG'],
      ['-o', 'told.txt', '--json'],
    ])
      assert.doesNotMatch(await errorOf(0, 'get', record_id, ...more), /DEBUG/)
    const told = await stdoutOf('get', record_id, '-o', 'told.txt', '--json')
    assert.partialDeepStrictEqual(JSON.parse(told), { level: 'INFO', bytes: 2, size: log.length })
    const live = await newBuild('told live', ['a\n'], true)
    assert.match(
      await errorOf(0, 'get', live.record_id),
      /^DEBUG lines, if there are any, were left out; --level DEBUG gets every byte$/m,
    )
    const whole = await newBuild('told whole', ['a\n'])
    assert.doesNotMatch(await errorOf(0, 'get', whole.record_id), /DEBUG/)
  })

  it('writes a file when all of it has come, checked against its hash', async () => {
    const log = Buffer.from(lines(0, 200_000))
    const { record_id } = await newBuild('filed', [log])
    const got = await person.run(['get', record_id, '-o', 'log.txt', '--level', 'DEBUG', '--json'])
    assert.deepEqual([got.code, got.stderr], [0, ''])
    const { bytes, verified } = JSON.parse(got.stdout)
    assert.deepEqual([bytes, verified], [log.length, true])
    assert.equal(sha256(readFileSync(join(person.folder, 'log.txt'))), sha256(log))
    const nowhere = join(person.folder, 'no folder/log')
    assert.equal(
      await errorOf(1, 'get', record_id, '-o', nowhere),
      `tailrace get: ${nowhere} cannot be written: no such file or directory (ENOENT)\n`,
    )
    assert.deepEqual(
      readdirSync(person.folder).filter(name => name.endsWith('.part')),
      [],
    )
  })

  it('ends quietly when its output is closed', async () => {
    const { record_id } = await newBuild('long', [lines(0, 300_000)])
    const pipe = '"$1" "$2" get "$3" --level DEBUG | head -n 2; echo "$PIPESTATUS"'
    const args = ['-c', pipe, 'bash', process.execPath, CLI, record_id]
    const { stdout, stderr } = spawnSync('bash', args, { env: person.environment(), encoding: 'utf8' })
    assert.deepEqual([stdout, stderr], ['line 0\nline 1\n0\n', ''])
  })
})

describe('a log on a terminal', () => {
  const evil =
    'ok \u001b[31mred\u001b[0m\u001b[2J\u001b[H\u001b]0;owned\u0007\u009b5A over\rwritten\u0008\nlast'
  const shown = 'ok \u001b[31mred\u001b[0m^[[2J^[[H^[]0;owned^G<U+009B>5A over^Mwritten^H\r\nlast'

  it('moves no cursor and sets no title, in any command', async () => {
    const { record_id } = await newBuild('evil', [evil])
    for (const args of [
      ['get', record_id],
      ['tail', record_id],
      ['tail', '-f', record_id],
    ]) {
      const { seen, code } = await onTerminal([process.execPath, CLI, ...args], person.environment()).ended
      assert.equal(code, 0, seen)
      assert.ok(seen.startsWith(shown), JSON.stringify(seen))
    }
    const { seen } = await onTerminal([process.execPath, CLI, 'grep', 'ok', record_id], person.environment())
      .ended
    assert.ok(seen.startsWith('1:ok \u001b[31mred'), JSON.stringify(seen))
    assert.doesNotMatch(
      seen.replaceAll(/\u001b\[\d+m/g, ''),
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/,
    )
  })

  it('has no colors with NO_COLOR, and everything with --raw', async () => {
    const { record_id } = await newBuild('evil', [evil])
    const plain = person.environment({ NO_COLOR: '1' })
    assert.doesNotMatch(
      (await onTerminal([process.execPath, CLI, 'get', record_id], plain).ended).seen,
      /\u001b/,
    )
    const raw = await onTerminal([process.execPath, CLI, 'get', '--raw', record_id], plain).ended
    assert.ok(raw.seen.startsWith(evil.replace('\n', '\r\n')), JSON.stringify(raw.seen))
  })
})

describe('tailrace tail', () => {
  it('shows the last lines, of the step that ran last unless one is named', async () => {
    await newBuild('tailed', [lines(0, 30), lines(100, 1_400)])
    assert.equal(await stdoutOf('tail', 'tailed'), lines(1_390, 1_400))
    assert.equal(await stdoutOf('tail', '-n', '2', 'tailed', '1'), lines(28, 30))
    assert.equal(await stdoutOf('tail', '-n', 'all', 'tailed', '2'), lines(100, 1_400))
    assert.equal(await stdoutOf('tail', '-n', '0', 'tailed', '2'), '')
    const [chunk = ''] = (await stdoutOf('tail', '--json', '-n', '1', 'tailed')).split('\n')
    const end = Buffer.byteLength(lines(100, 1_400))
    assert.deepEqual(JSON.parse(chunk), { step_id: 2, start: end - 10, end, text: 'line 1399\n' })
  })

  it('-f waits for a step, follows it, and exits with its result', async () => {
    const build = await newBuild('followed', ['', ''], true)
    const tail = person.start(['tail', '-f', 'followed', '2'])
    await tail.said('waiting for step 2')
    await caller.append(build, 2, 0, 'begun\nand ')
    await tail.said('begun')
    await caller.append(build, 2, 10, 'ended\n')
    await caller.finishStep(build, 2, { status: 'FAILURE' })
    const { code, stdout, stderr } = await tail.ended
    assert.deepEqual([code, stdout], [3, 'begun\nand ended\n'])
    assert.match(stderr, /step 2 \(step 2\): FAILURE\n$/)
  })

  it('-f goes from step to step until the build ends, also to steps that are added', async () => {
    const build = await newBuild('stepwise', ['one\n'], true)
    const tail = person.start(['tail', '-f', 'stepwise'])
    await tail.said('one')
    await caller.finishStep(build, 1)
    const added = await caller.post(`/api/v1/builds/${build.record_id}/steps`, { steps: [{ name: 'late' }] })
    assert.ok(added.status < 300, added.text)
    await caller.append(build, 2, 0, 'two\n')
    await tail.said('two')
    await caller.finishStep(build, 2)
    await caller.finishBuild(build)
    const { code, stdout, stderr } = await tail.ended
    assert.deepEqual([code, stdout], [0, 'one\ntwo\n'])
    assert.match(
      stderr,
      /step 1 .*: SUCCESS\n==> 2 \(late\) <==\n(.*\n)?step 2 \(late\): SUCCESS\nstepwise#1: SUCCESS\n$/,
    )
  })

  it('-f waits for a step that is not there yet', async () => {
    const build = await newBuild('unborn', ['one\n'], true)
    const tail = person.start(['tail', '-f', 'unborn', 'deploy'])
    await tail.said('waiting: unknown step "deploy" of unborn#1')
    await caller.post(`/api/v1/builds/${build.record_id}/steps`, { steps: [{ name: 'deploy' }] })
    await caller.append(build, 2, 0, 'deployed\n')
    await caller.finishStep(build, 2)
    assert.deepEqual((await tail.ended).stdout, 'deployed\n')
  })

  it('-f comes back after kill -9 of the server, every line once', async () => {
    const { server: killed, caller: writer } = await startFixture()
    await using relay = await startRelay(killed.url)
    using there = new CommandLine(relay.url)
    const build = await writer.newLog(lines(0, 200), { live: true })
    const tail = there.start(['tail', '-f', '-n', 'all', build.record_id])
    await tail.said('line 199')
    await killed.kill('SIGKILL')
    relay.target = undefined
    await tail.said('trying again until it is back')
    await killed.restart()
    relay.target = killed.url
    await writer.append(build, 1, Buffer.byteLength(lines(0, 200)), lines(200, 900))
    await writer.finishStep(build, 1)
    await writer.finishBuild(build)
    const { code, stdout, stderr } = await tail.ended
    assert.equal(code, 0, stderr)
    assert.equal(stdout, lines(0, 900))
    assert.match(stderr, /it is back/)
  })

  it('ends at Ctrl-C with 130 and nothing else', async () => {
    const build = await newBuild('endless', ['so far\n'], true)
    const tail = person.start(['tail', '-f', build.record_id])
    await tail.said('so far')
    tail.child.kill('SIGINT')
    const { code, stdout, stderr } = await tail.ended
    assert.deepEqual([code, stdout, stderr], [130, 'so far\n', ''])
  })
})

describe('a server that is away', () => {
  it('is reported when any command retries', async () => {
    await using relay = await startRelay(server.url)
    relay.target = undefined
    using there = new CommandLine(relay.url)
    for (const args of [['tail', '-f', 'any'], ['get', 'any'], ['builds'], ['key', 'list']]) {
      const command = there.start(args)
      await command.said(`${relay.url} cannot be reached: `)
      await command.said('; trying again for about 8 seconds\n')
      command.child.kill('SIGINT')
      assert.equal((await command.ended).stdout, '')
    }
  })
})

describe('tailrace grep', () => {
  it('finds lines in one step or all, as grep counts them', async () => {
    await newBuild('searched', [`Error one\nfine\nerror two\n`, 'nothing\nERROR three'])
    assert.equal(await stdoutOf('grep', 'rror', 'searched', '1'), '1:Error one\n3:error two\n')
    assert.equal(
      await stdoutOf('grep', '-i', 'error', 'searched'),
      '1:1:Error one\n1:3:error two\n2:2:ERROR three\n',
    )
    assert.equal(await stdoutOf('grep', '-E', '-i', 'error t[a-z]+$', 'searched', '2'), '2:ERROR three\n')
    assert.equal(await stdoutOf('grep', '-c', 'rror', 'searched'), '2\n')
    assert.equal(await stdoutOf('grep', '-m', '1', 'rror', 'searched'), '1:1:Error one\n')
    assert.deepEqual(JSON.parse(await stdoutOf('grep', '--json', 'three', 'searched')), {
      step_id: 2,
      n: 2,
      offset: 8,
      text: 'ERROR three',
    })
  })

  it('ends with 1 without hits, with 2 for a failure', async () => {
    await newBuild('searched', ['nothing\n'])
    assert.equal(await errorOf(1, 'grep', 'absent', 'searched'), '')
    assert.match(await errorOf(2, 'grep', 'absent', 'sarched'), /did you mean "searched"/)
    assert.match(
      await errorOf(2, 'grep', '-E', '(', 'searched'),
      /^tailrace grep: PATTERN is not a valid regular expression: unterminated group\.?\n$/,
    )
    assert.match(await errorOf(2, 'grep', '-c', '', 'searched'), /^tailrace grep: PATTERN is empty/)
  })

  it('says how many lines it shows in part', async () => {
    await newBuild('wide', [`x${'y'.repeat(70_000)}\nx short\n`])
    const { code, stdout, stderr } = await person.run(['grep', 'x', 'wide'])
    assert.deepEqual([code, stdout.length < 70_000], [0, true])
    assert.match(stderr, /^tailrace grep: 1 line is too long and was cut;/)
    assert.equal((await person.run(['grep', '-c', 'x', 'wide'])).stderr, '')
  })
})

it('no command leaves files in the home directory', () =>
  assert.equal(existsSync(join(person.folder, '.config')), false))
