import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defineCommand, UsageError } from './command.ts'
import { parseCommandLine } from './parse.ts'
import { wholeNumber } from './read-values.ts'

const fetchLog = defineCommand({
  name: 'fetch',
  summary: 'Fetch',
  description: 'Fetch.',
  arguments: {
    source: { name: 'SOURCE', help: 'Where from.' },
    files: { name: 'FILE', help: 'Where to.', optional: true, repeatable: true },
  },
  options: {
    count: {
      short: 'n',
      value: 'COUNT',
      default: '20',
      read: wholeNumber(1, 99),
      env: 'COUNT',
      help: 'How many',
    },
    level: { value: 'LEVEL', choices: ['INFO', 'DEBUG'], help: 'Which' },
    mask: { value: 'NAME', repeatable: true, help: 'What to mask' },
    raw: { short: 'r', help: 'As it is' },
    job: { value: 'NAME', required: true, help: 'Whose' },
  },
  examples: [
    { line: 'tailrace fetch', does: 'Fetch.' },
    { line: 'tailrace fetch', does: 'Fetch.' },
  ],
  run: async () => 0,
})

const parse = (line: string, env = {}) =>
  parseCommandLine('fetch', fetchLog, line === '' ? [] : line.split(' '), env)

describe('a command line', () => {
  it('gives each option and argument its value', () => {
    const { options, args } = parse('-rn5 --mask A from --level=debug --mask B --job j one two')
    assert.deepEqual(options, { count: 5, level: 'DEBUG', mask: ['A', 'B'], raw: true, job: 'j' })
    assert.deepEqual(args, { source: 'from', files: ['one', 'two'] })
  })

  it('takes what is not given from the variable, or else the default', () => {
    assert.deepEqual(parse('--job j x').options, {
      count: 20,
      level: undefined,
      mask: [],
      raw: false,
      job: 'j',
    })
    assert.partialDeepStrictEqual(parse('--job j x', { COUNT: '7' }).options, { count: 7 })
    assert.partialDeepStrictEqual(parse('--job j x', { COUNT: '' }).options, { count: 20 })
    assert.partialDeepStrictEqual(parse('--job j -n 8 x', { COUNT: '7' }).options, { count: 8 })
  })

  it('accepts words that start with "-" after "--", and "-" as a value', () => {
    assert.deepEqual(parse('--job - -- --raw').args, { source: '--raw', files: [] })
    assert.partialDeepStrictEqual(parse('--job - x').options, { job: '-' })
    assert.partialDeepStrictEqual(parse('--job=-x x').options, { job: '-x' })
  })

  for (const [line, message] of [
    ['--job j', 'missing SOURCE: tailrace fetch SOURCE [FILE...]'],
    ['x', 'missing --job NAME'],
    ['--jb j x', 'unknown option "--jb"; did you mean "--job"?'],
    ['--frobnicate x', 'unknown option "--frobnicate"; see "tailrace fetch --help"'],
    ['-q x', 'unknown option "-q"; see "tailrace fetch --help"'],
    ['--constructor x', 'unknown option "--constructor"; see "tailrace fetch --help"'],
    ['--job', '--job needs a value: --job NAME'],
    ['--job --raw x', '--job needs a value: --job NAME'],
    ['--raw=yes x', '--raw accepts no value'],
    ['--job j -n 0 x', '--count must be a whole number from 1 to 99, not "0"'],
    ['--job j --level INFOO x', '--level must be INFO or DEBUG, not "INFOO"; did you mean "INFO"?'],
  ] as const)
    it(`"${line}" is rejected: ${message}`, () => assert.throws(() => parse(line), new UsageError(message)))

  it('names the variable whose value is not valid', () =>
    assert.throws(() => parse('--job j x', { COUNT: 'many' }), /UsageError: COUNT must be a whole number/))
})
