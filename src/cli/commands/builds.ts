import { BUILD_FORMS } from '../build/build-argument.ts'
import { defineCommand } from '../command-line/command.ts'
import { wholeNumber } from '../command-line/read-values.ts'
import { CONNECTION_ENVIRONMENT, PROFILE } from '../connection/connection-options.ts'

export const command = defineCommand({
  name: 'builds',
  summary: 'List jobs, builds, and the steps of a build',
  description: `List your project's jobs with their latest builds. With the name of a job, list
its builds; with the name of a build, list its steps. The newest come first.`,
  arguments: {
    name: {
      name: 'NAME',
      optional: true,
      help: `A job, or a build: ${BUILD_FORMS}. Here, JOB alone is the job.`,
    },
  },
  options: {
    count: {
      short: 'n',
      value: 'COUNT',
      default: '20',
      read: wholeNumber(1, 999_999),
      help: 'List at most this many',
    },
    json: { help: 'Print JSON: an array of jobs or builds, or one build' },
    profile: PROFILE,
  },
  environment: CONNECTION_ENVIRONMENT,
  examples: [
    { line: 'tailrace builds', does: 'List the jobs of your project.' },
    { line: 'tailrace builds web-app -n 5', does: 'List the five latest builds of web-app.' },
    { line: 'tailrace builds web-app#42 --json', does: 'Print build 42 of web-app with its steps as JSON.' },
  ],
  async run({ options, args }, io) {
    const [{ listBuilds }, { clientOf }, { columns }] = await Promise.all([
      import('../build/list-builds.ts'),
      import('../connection/connection.ts'),
      import('../terminal/text.ts'),
    ])
    const { json, rows } = await listBuilds(clientOf(io), args.name, options.count)
    io.print(options.json ? `${JSON.stringify(json)}\n` : columns(rows))
    return 0
  },
})
