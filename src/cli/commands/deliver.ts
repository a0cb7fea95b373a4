import { defineCommand } from '../command-line/command.ts'
import { CONNECTION_ENVIRONMENT, PROFILE } from '../connection/connection-options.ts'
import { SPOOL, WAIT } from '../run/spool-options.ts'

export const command = defineCommand({
  name: 'deliver',
  summary: 'Deliver the logs that earlier runs left in the spool',
  description: `Deliver the logs that earlier "tailrace run" processes left in the spool because
the server was down or rejected them. Logs of commands that still run are left to
their runners. The log of a runner that was killed is delivered as far as it was
written, and its step ends as ABORTED.`,
  arguments: {},
  options: {
    spool: SPOOL,
    wait: WAIT,
    'to-here': {
      help: 'Also deliver logs that are addressed to other servers; they belong to this one from now on. A log whose beginning only another server has is rejected',
    },
    discard: {
      value: 'ENTRY',
      repeatable: true,
      completes: 'file',
      help: 'Deliver nothing; delete this log, named by its folder in the spool, or "all" logs whose runners are gone',
    },
    json: {
      help: 'Print a JSON line for each log, {record_id, step, bytes, missing, delivered, spool, error}, where missing is the number of bytes that the server did not have; with --discard, {record_id, step, bytes, discarded, spool}',
    },
    profile: PROFILE,
  },
  environment: CONNECTION_ENVIRONMENT,
  exitCodes: {
    0: 'Nothing is left in the spool or, with --discard, all named logs are deleted',
    1: 'Some logs are left or, with --discard, nothing was deleted',
  },
  examples: [
    { line: 'tailrace deliver', does: 'Deliver all logs that wait.' },
    { line: 'tailrace deliver --discard all', does: 'Delete all logs that wait.' },
  ],
  async run({ options }, io) {
    const { deliverSpool } = await import('../run/deliver-spool.ts')
    return deliverSpool(options, io)
  },
})
