import { defineCommand } from '../command-line/command.ts'
import { readName, readUuid } from '../command-line/read-values.ts'
import { CONNECTION_ENVIRONMENT, PROFILE } from '../connection/connection-options.ts'

export const command = defineCommand({
  name: 'import',
  summary: 'Upload log files as the steps of a build',
  description: `Upload logs that were written elsewhere. Each FILE becomes a finished step of one
build, in the given order, named after the file. Files compressed with gzip or
zstd are decompressed first.

The same files for the same job are one build: a second import uploads only what
the first one could not.`,
  arguments: {
    files: { name: 'FILE', repeatable: true, completes: 'file', help: 'A log file; "-" is stdin.' },
  },
  options: {
    job: {
      value: 'NAME',
      required: true,
      help: 'The job that the build belongs to; it is created if it does not exist',
    },
    status: {
      value: 'STATUS',
      choices: ['SUCCESS', 'FAILURE', 'ABORTED'],
      default: 'SUCCESS',
      help: 'How the build and its steps ended',
    },
    source: { value: 'NAME', read: readName, help: 'Where the build ran, shown with the logs' },
    record: {
      value: 'UUID',
      read: readUuid,
      help: "The record id of the build to create or to continue; by default derived from the job's name and the contents of the files",
    },
    new: { help: 'Create another build, even if one has the same files' },
    json: { help: 'Print {record_id, job_id, build_no, steps: [{step_id, name, bytes, sha256, new_bytes}]}' },
    profile: PROFILE,
  },
  environment: CONNECTION_ENVIRONMENT,
  examples: [
    {
      line: 'tailrace import --job web-app compile.log test.log.gz',
      does: 'Upload two logs as the steps of one build.',
    },
    {
      line: 'tailrace import --job nightly --status FAILURE -',
      does: 'Upload the log on stdin as a failed build.',
    },
  ],
  async run({ options, args }, io) {
    const { importFiles } = await import('../import/import-files.ts')
    await importFiles(args.files, options, io)
    return 0
  },
})
