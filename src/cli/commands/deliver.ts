import { parseArgs } from 'node:util'
import type { Command, CommandIo } from '../command-line/command.ts'
import { connectionOf } from '../connection/connection.ts'
import { Deadline } from '../run/deadline.ts'
import { deliverLeftOver, type LeftOverResult } from '../run/deliver-left-over.ts'
import { discardLeftOver } from '../run/discard-left-over.ts'
import { spoolDirectory, waitMsOf } from '../run/run-options.ts'

const USAGE = `Usage: tailrace deliver [--json] [--spool DIR] [--wait SECONDS] [--to-here]
       tailrace deliver [--json] [--spool DIR] --discard ENTRY|all ...

Delivers the logs that earlier "tailrace run" processes left in the spool because the server was away or refused
them. Logs of commands that still run are left to their runners; the log of a runner that was killed is delivered
with what is there, and its step ends as ABORTED.

  --json              one line of JSON for each log: {record_id, step, bytes, missing, delivered, spool, error}; missing
                      is how many of the bytes the server did not have. Or with discarded instead of missing,
                      delivered and error
  --profile NAME      the login to use instead of the environment
  --spool DIR         where the logs wait; by default TAILRACE_SPOOL, or as "tailrace run" chooses
  --wait SECONDS      how long to wait for the server without progress; 15 by default
  --to-here           deliver the logs that are for other servers, too: from now on they are for this one. A log
                      whose beginning only another server has is refused here
  --discard ENTRY     deliver nothing: remove this log, named by its folder in the spool, or "all" whose runners
                      are gone; may be repeated

The server and the credentials are those of "tailrace run". Ends with 0 when nothing is left, with 1 otherwise;
with --discard, with 0 when all that was named is removed, with 1 and nothing removed otherwise.
`

const FLAGS = {
  json: { type: 'boolean', default: false },
  spool: { type: 'string' },
  wait: { type: 'string', default: '15' },
  'to-here': { type: 'boolean', default: false },
  discard: { type: 'string', multiple: true },
} as const

export const command: Command = {
  summary: 'Deliver the logs that earlier runs left in the spool',
  usage: USAGE,
  async run(args: string[], io: CommandIo): Promise<number> {
    const { values } = parseArgs({ args, options: FLAGS, strict: true })
    const spool = spoolDirectory(values.spool, io.env)
    if (values.discard !== undefined) return discard(io, spool, values.discard, values.json)
    const deadline = new Deadline(waitMsOf(values.wait))
    const connection = connectionOf(io.env)
    const stop = () => deadline.giveUp()
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop)
    deadline.begin()
    let left = 0
    for await (const result of deliverLeftOver(spool, connection, deadline, values['to-here'])) {
      if (result.refusal !== undefined) left++
      tell(io, result, values.json)
      deadline.progress()
    }
    deadline.stop()
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stop)
    return left === 0 ? 0 : 1
  },
}

async function discard(
  io: CommandIo,
  spool: string,
  names: readonly string[],
  json: boolean,
): Promise<number> {
  for (const { recordId, stepName, folder, sizeBytes } of await discardLeftOver(spool, names)) {
    const line = { record_id: recordId, step: stepName, bytes: sizeBytes, discarded: true, spool: folder }
    const text = `discarded: "${stepName}" of ${recordId}, ${sizeBytes} bytes`
    io.print(`${json ? JSON.stringify(line) : text}\n`)
  }
  return 0
}

function tell(io: CommandIo, result: LeftOverResult, json: boolean): void {
  const { recordId, stepName, folder, sizeBytes, missingBytes, refusal } = result
  const bytes = missingBytes === sizeBytes ? `${sizeBytes} bytes` : `${missingBytes} of ${sizeBytes} bytes`
  if (json) {
    const delivered = refusal === undefined
    const line = {
      record_id: recordId,
      step: stepName,
      bytes: sizeBytes,
      missing: missingBytes,
      delivered,
      spool: folder,
      error: refusal,
    }
    io.print(`${JSON.stringify(line)}\n`)
  } else if (refusal === undefined) io.print(`delivered: "${stepName}" of ${recordId}, ${bytes}\n`)
  else io.complain(`left: "${stepName}" of ${recordId}, ${bytes} in ${folder}: ${refusal}\n`)
}
