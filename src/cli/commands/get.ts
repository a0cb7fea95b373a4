import { BUILD, STEP } from '../build/build-argument.ts'
import { defineCommand } from '../command-line/command.ts'
import { CONNECTION_ENVIRONMENT, PROFILE } from '../connection/connection-options.ts'

export const command = defineCommand({
  name: 'get',
  summary: "Download a step's log",
  description: `Download a step's log, including what has been written so far. Resumes after a
lost connection.

When piped or written to a file, the log is raw bytes. On a terminal, escape
sequences other than colors are shown, not interpreted, unless --raw is given.`,
  arguments: {
    build: BUILD,
    step: { ...STEP, help: `${STEP.help} May be left out when the build has one step.` },
  },
  options: {
    output: {
      short: 'o',
      value: 'FILE',
      completes: 'file',
      help: 'Write to FILE, which appears when the download is complete; "-" is stdout',
    },
    level: {
      value: 'LEVEL',
      choices: ['INFO', 'DEBUG'],
      default: 'INFO',
      help: 'INFO leaves out DEBUG lines, and says so on stderr. DEBUG is every byte, verified against the SHA-256 of a finished log',
    },
    raw: { help: 'Pass escape sequences through to the terminal' },
    json: {
      help: 'With -o FILE, print {record_id, step_id, file, level, bytes, size, verified}; size is that of the whole log',
    },
    profile: PROFILE,
  },
  environment: CONNECTION_ENVIRONMENT,
  examples: [
    { line: 'tailrace get web-app 2', does: 'Print the log of step 2 of the latest build of web-app.' },
    {
      line: 'tailrace get web-app#42 test --level DEBUG -o test.log',
      does: 'Save every byte of the step "test" of build 42.',
    },
  ],
  async run({ options, args }, io) {
    const { downloadLog } = await import('../build/download-log.ts')
    await downloadLog(args.build, args.step, options, io)
    return 0
  },
})
