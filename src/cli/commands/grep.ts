import { BUILD, STEP } from '../build/build-argument.ts'
import { defineCommand } from '../command-line/command.ts'
import { wholeNumber } from '../command-line/read-values.ts'
import { CONNECTION_ENVIRONMENT, PROFILE } from '../connection/connection-options.ts'

export const command = defineCommand({
  name: 'grep',
  summary: 'Search the logs of a build',
  description: `Search the log of a step, or of all steps of a build, even while they run. Print
LINE:TEXT, or STEP:LINE:TEXT when there is more than one step.

The server searches. If it cannot, as with CodeArts Build, the log is downloaded
and searched here.`,
  arguments: {
    pattern: { name: 'PATTERN', help: 'The text to search for. Write "--" before one that starts with "-".' },
    build: BUILD,
    step: { ...STEP, help: `${STEP.help} All steps by default.` },
  },
  options: {
    regex: { short: 'E', help: 'PATTERN is a JavaScript regular expression' },
    'ignore-case': { short: 'i', help: 'Ignore case' },
    count: { short: 'c', help: 'Print only the number of matching lines' },
    max: {
      short: 'm',
      value: 'COUNT',
      read: wholeNumber(1, 999_999_999),
      help: 'Stop after this many lines',
    },
    raw: { help: 'Pass escape sequences other than colors through to the terminal' },
    json: { help: 'Print a JSON line for each match, {step_id, n, offset, text}; with --count, {count}' },
    profile: PROFILE,
  },
  environment: CONNECTION_ENVIRONMENT,
  exitCodes: { 0: 'Some lines match', 1: 'No line matches', 2: 'Wrong usage, or a failure' },
  examples: [
    { line: 'tailrace grep "undefined reference" web-app', does: 'Search the latest build of web-app.' },
    {
      line: "tailrace grep -E -i 'error|warning' web-app#42 compile",
      does: 'Search one step with a regular expression, ignoring case.',
    },
    { line: 'tailrace grep -c FAILED web-app', does: 'Count the lines that contain FAILED.' },
  ],
  async run({ options, args }, io) {
    const { searchBuild } = await import('../build/search-build.ts')
    const { regex, count: countOnly, max, raw, json } = options
    const { pattern, build, step } = args
    const limit = max === undefined ? {} : { limit: max }
    const query = { pattern, regex, ignoreCase: options['ignore-case'], countOnly, ...limit }
    return searchBuild(build, step, { ...query, raw, json }, io)
  },
})
