import { parseArgs } from 'node:util'
import { BUILD_USAGE } from '../build/build-name.ts'
import { FollowedBuild, type TailOptions } from '../build/followed-build.ts'
import { type Command, UsageError } from '../command-line/command.ts'
import { clientOf } from '../connection/connection.ts'
import { LogOutput } from '../terminal/log-output.ts'
import { interruptible } from '../terminal/process-end.ts'

const USAGE = `Usage: tailrace tail [-f] [-n LINES] [--raw] [--json] BUILD [STEP]

Shows the last lines of a log. With -f goes on with what comes, waits for a step that has not begun, comes back by itself when the
connection or the server is lost, and ends with the step. Without STEP it shows the step that runs, or the last one that ran, and
with -f goes from step to step until the build ends.

  -f, --follow        follow the log until its step, or the build, has ended
  -n, --lines LINES   begin with so many lines, 10 by default; "all" for all
  --raw               let a terminal obey what the log holds; without it, control sequences other than colours are shown
  --json              a line of JSON for each chunk, {step_id, start, end, text}, and for each end, {step_id, status, size, sha256}
  --profile NAME      the login to use instead of the environment

How steps end is told on stderr. Exit codes with -f: 0 when the step, or the build, ended as SUCCESS, 3 when it ended otherwise
or its writer fell silent; without -f 0.

${BUILD_USAGE}`

const FLAGS = {
  follow: { type: 'boolean', short: 'f', default: false },
  lines: { type: 'string', short: 'n', default: '10' },
  raw: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

const EXIT_OTHER_OUTCOME = 3

export const command: Command = {
  summary: 'Show the end of a log, and follow it',
  usage: USAGE,
  async run(args, io) {
    const { values, positionals } = parseArgs({ args, options: FLAGS, strict: true, allowPositionals: true })
    const [build, step, ...others] = positionals
    if (build === undefined) throw new UsageError('BUILD is missing')
    if (others.length > 0) throw new UsageError(`"${others[0]}" is one argument too many`)
    const { follow, json, raw } = values
    const lastLines = linesOf(values.lines)
    const options: TailOptions = { build, step, follow, json, lastLines }
    const output = new LogOutput(process.stdout, io.env, { raw: raw || json })
    const outcome = await interruptible(signal =>
      new FollowedBuild({ ...clientOf(io), signal }, options, output, text => io.complain(text)).run(),
    )
    return !follow || outcome === 'SUCCESS' ? 0 : EXIT_OTHER_OUTCOME
  },
}

/** undefined: all. */
function linesOf(text: string): number | undefined {
  if (text === 'all') return undefined
  if (!/^[0-9]{1,9}$/.test(text)) throw new UsageError(`--lines is a number or "all", not ${text}`)
  return Number(text)
}
