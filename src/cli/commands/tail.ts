import { BUILD, STEP } from '../build/build-argument.ts'
import { defineCommand, UsageError } from '../command-line/command.ts'
import { CONNECTION_ENVIRONMENT, PROFILE } from '../connection/connection-options.ts'

const EXIT_OTHER_OUTCOME = 3

export const command = defineCommand({
  name: 'tail',
  summary: 'Show the end of a log, and follow it',
  description: `Show the last lines of a log. With -f, continue with new lines as they arrive,
wait for a step that has not started, reconnect after a lost connection, and exit
when the step ends.

Without STEP, show the step that is running, or the last one that ran. With -f,
continue from step to step until the build ends.

How steps and builds end is reported on stderr.`,
  arguments: { build: BUILD, step: STEP },
  options: {
    follow: { short: 'f', help: 'Follow the log until its step, or the build, ends' },
    lines: {
      short: 'n',
      value: 'LINES',
      default: '10',
      read: linesOf,
      help: 'Start with this many lines; "all" for all lines',
    },
    raw: { help: 'Pass escape sequences other than colors through to the terminal' },
    json: {
      help: 'Print a JSON line for each chunk, {step_id, start, end, text}, and for each end of a step, {step_id, status, size, sha256}',
    },
    profile: PROFILE,
  },
  environment: CONNECTION_ENVIRONMENT,
  exitCodes: {
    0: 'With -f: the step, or the build, ended with SUCCESS',
    1: 'The log could not be read',
    2: 'Wrong usage',
    3: 'With -f: it ended otherwise, or its writer went silent',
  },
  examples: [
    { line: 'tailrace tail -f web-app', does: 'Follow the latest build of web-app, step by step.' },
    { line: 'tailrace tail -n 100 web-app#42 test', does: 'Show the last 100 lines of its step "test".' },
  ],
  async run({ options, args }, io) {
    const { tailLog } = await import('../build/tail-log.ts')
    const { lines, ...others } = options
    const lastLines = lines === 'all' ? undefined : lines
    const end = await tailLog({ ...others, ...args, lastLines }, io)
    return !options.follow || end === 'SUCCESS' ? 0 : EXIT_OTHER_OUTCOME
  },
})

function linesOf(text: string, source: string): number | 'all' {
  if (text === 'all') return text
  if (!/^[0-9]{1,9}$/.test(text)) throw new UsageError(`${source} must be a number or "all", not "${text}"`)
  return Number(text)
}
