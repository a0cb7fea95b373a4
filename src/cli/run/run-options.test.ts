import assert from 'node:assert/strict'
import { basename } from 'node:path'
import { describe, it } from 'node:test'
import { type Environment, UsageError } from '../command-line/command.ts'
import { parseCommandLine } from '../command-line/parse.ts'
import { command } from '../commands/run.ts'
import { type RunOptions, runOptions, spoolDirectory } from './run-options.ts'

const RECORD = '8D3F2A1E-0000-4000-8000-000000000001'

/** What `tailrace run ARGS` makes of its command line. */
function parseWith(args: readonly string[], env: Environment): RunOptions {
  const { options, args: words } = parseCommandLine('run', command, args, env)
  return runOptions(options as never, words.command as never, env)
}

const parse = (...args: string[]) => parseWith(args, { HOME: '/home/me' })

describe('the command line of tailrace run', () => {
  it('names the job after the folder and the step after the command, and ends a build of its own', () => {
    const options = parse('--', '/usr/bin/make', '-j2', '--', 'all')
    assert.deepEqual(options.command, ['/usr/bin/make', '-j2', '--', 'all'])
    assert.equal(options.jobName, basename(process.cwd()))
    assert.equal(options.stepName, 'make')
    assert.match(options.recordId, /^[0-9a-f-]{36}$/)
    assert.ok(options.finishesBuild && !options.joins)
    assert.equal(options.waitMs, 15_000)
  })

  it('ends the build of a given record only with --finish', () => {
    assert.partialDeepStrictEqual(parse('--record', RECORD, '--', 'x'), {
      recordId: RECORD.toLowerCase(),
      joins: true,
      finishesBuild: false,
    })
    assert.ok(parse('--record', RECORD, '--finish', '--', 'x').finishesBuild)
  })

  it('leaves the options of the command to the command', () => {
    const { command, quiet, raw } = parse('--quiet', '--', 'x', '--raw', '--nonsense')
    assert.deepEqual(command, ['x', '--raw', '--nonsense'])
    assert.ok(quiet && !raw)
  })

  for (const args of [
    [],
    ['make'],
    ['--'],
    ['--record', 'no-uuid', '--', 'x'],
    ['--step-id', '0', '--', 'x'],
    ['--step-id', '1e3', '--', 'x'],
    ['--wait=-1', '--', 'x'],
    ['--spool-max', '0', '--', 'x'],
    ['--spool-max', '1k', '--', 'x'],
    ['--job', '', '--', 'x'],
    ['--step', 'two\nlines', '--', 'x'],
    ['--step', 'x'.repeat(129), '--', 'x'],
  ])
    it(`rejects ${JSON.stringify(args)}`, () => assert.throws(() => parse(...args), UsageError))

  it('rejects options that it does not know', () =>
    assert.throws(() => parse('--nonsense', '--', 'x'), /UsageError: unknown option "--nonsense"/))

  it('bounds the spool by flag, variable, or generously', () => {
    const bound = (args: string[], env = {}) => parseWith([...args, '--', 'x'], env).spoolMaxBytes
    assert.equal(bound([]), 4096 * 1024 * 1024)
    assert.equal(bound([], { TAILRACE_SPOOL_MAX_MIB: '2' }), 2 * 1024 * 1024)
    assert.equal(bound(['--spool-max', '1'], { TAILRACE_SPOOL_MAX_MIB: '2' }), 1024 * 1024)
  })

  it('finds the spool by flag, variable, or the folder for state', () => {
    assert.equal(spoolDirectory('/a', { TAILRACE_SPOOL: '/b' }), '/a')
    assert.equal(spoolDirectory(undefined, { TAILRACE_SPOOL: '/b', XDG_STATE_HOME: '/c' }), '/b')
    assert.equal(spoolDirectory(undefined, { XDG_STATE_HOME: '/c', HOME: '/d' }), '/c/tailrace/spool')
    assert.equal(
      spoolDirectory(undefined, { XDG_STATE_HOME: 'c', HOME: '/d' }),
      '/d/.local/state/tailrace/spool',
    )
  })
})
