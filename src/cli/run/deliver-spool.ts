import type { CommandIo } from '../command-line/command.ts'
import { connectionOf } from '../connection/connection.ts'
import { Deadline } from './deadline.ts'
import { deliverLeftOver, type LeftOverResult } from './deliver-left-over.ts'
import { discardLeftOver } from './discard-left-over.ts'
import { spoolDirectory } from './run-options.ts'

interface DeliverOptions {
  readonly spool: string | undefined
  /** Milliseconds. */
  readonly wait: number
  readonly 'to-here': boolean
  readonly discard: readonly string[]
  readonly json: boolean
}

/**
 * `tailrace deliver`: delivers what waits in the spool, or deletes it. Resolves to the exit code.
 */
export async function deliverSpool(options: DeliverOptions, io: CommandIo): Promise<number> {
  const spool = spoolDirectory(options.spool, io.env)
  if (options.discard.length > 0) return discard(io, spool, options.discard, options.json)
  const deadline = new Deadline(options.wait)
  const connection = connectionOf(io.env)
  const stop = () => deadline.giveUp()
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop)
  deadline.begin()
  let left = 0
  for await (const result of deliverLeftOver(spool, connection, deadline, options['to-here'])) {
    if (result.refusal !== undefined) left++
    report(io, result, options.json)
    deadline.progress()
  }
  deadline.stop()
  for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stop)
  return left === 0 ? 0 : 1
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

function report(io: CommandIo, result: LeftOverResult, json: boolean): void {
  const { recordId, stepName, folder, sizeBytes, missingBytes, refusal } = result
  const bytes = missingBytes === sizeBytes ? `${sizeBytes} bytes` : `${missingBytes} of ${sizeBytes} bytes`
  if (json) {
    const line = {
      record_id: recordId,
      step: stepName,
      bytes: sizeBytes,
      missing: missingBytes,
      delivered: refusal === undefined,
      spool: folder,
      error: refusal,
    }
    io.print(`${JSON.stringify(line)}\n`)
  } else if (refusal === undefined) io.print(`delivered: "${stepName}" of ${recordId}, ${bytes}\n`)
  else io.warn(`left: "${stepName}" of ${recordId}, ${bytes} in ${folder}: ${refusal}\n`)
}
