import { setTimeout as sleep } from 'node:timers/promises'
import { Masker } from '../../text/mask/mask.ts'
import { secretForms } from '../../text/mask/secret-forms.ts'
import { Stamper } from '../../text/stamp.ts'
import type { CommandIo, Environment } from '../command-line/command.ts'
import type { Connection } from '../connection/connection.ts'
import { Deadline } from './deadline.ts'
import { deliverLeftOver } from './deliver-left-over.ts'
import { type FollowedCommand, followCommand } from './follow-command.ts'
import { LogShipment } from './log-shipment.ts'
import { openLog } from './open-log.ts'
import { OutputEcho } from './output-echo.ts'
import { localOffsetMinutes, noteLine, OutputPipeline } from './output-pipeline.ts'
import { type RunOptions, spoolDirectory } from './run-options.ts'
import { secretValues, unmaskable } from './secret-values.ts'
import { comesFromTerminal, relaySignals, type SignalRelay } from './signal-relay.ts'
import type { EndRecord } from './spool-entry.ts'
import { type CommandEnd, NotStarted, startCommand } from './start-command.ts'

/** Signals by which people and CI systems end a command. */
const STOPPING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']
const SIGNAL_ARRIVES_MS = 1_000

/**
 * Runs the command and delivers its log. Whatever happens to the server, the spool or stdout, the
 * command's output, its order and its exit code are the same as without Tailrace. Resolves to the
 * command's exit code. If a signal killed the command, the same signal kills this process at the
 * end.
 */
export async function runCommand(
  options: RunOptions,
  connection: Connection,
  io: CommandIo,
): Promise<number> {
  const relay = relaySignals()
  const warn = (text: string) => io.warn(`tailrace: ${text}\n`)
  // A fault here must not end the command, whose output only this process reads.
  process.on('uncaughtException', error => warn(`internal error: ${error.stack}`))
  const noting = {
    stamper: newStamper(options),
    raw: options.raw,
    clock: Date.now,
  }
  const about = aboutLog(options, connection.url)
  const opened = await openLog({
    ...options,
    about,
    // On a line of its own, whatever was stamped before.
    describeGap: bytes => noteLine({ ...noting, stamper: newStamper(options) }, gapText(bytes), 'WARNING'),
    warn,
  })
  for (const warning of unmaskable(io.env, options.maskNames)) warn(warning)
  const deadline = new Deadline(options.waitMs)
  const shipment = new LogShipment(opened, {
    connection,
    meta: about,
    deadline,
    warn,
    idsFile: options.idsFile,
    spool: options.spool,
    usualSpool: spoolDirectory(undefined, io.env),
    namedJob: options.namedJob,
  })
  const leftOver = shipLeftOver(options.spool, connection, deadline, warn)
  const echo = options.quiet ? undefined : new OutputEcho(process.stdout)
  const pipeline = new OutputPipeline({
    ...noting,
    masker: new Masker(secretValues(io.env, options.maskNames).flatMap(secretForms)),
    log: opened.log,
    echo: async bytes => echo?.write(bytes),
  })

  const end = await followToEnd(options, io, relay, pipeline, warn)
  relay.sendTo(() => deadline.giveUp())
  deadline.begin()
  await shipment.finish(outcomeOf(end, relay.interrupted))
  deadline.limit()
  await leftOver
  deadline.stop()
  const missedBytes = (await echo?.end()) ?? 0
  if (missedBytes > 0) warn(`stdout was stuck and missed ${missedBytes} bytes; the log has them`)
  relay.stop()
  return 'code' in end ? end.code : dieBy(end.signal)
}

function newStamper({ stepName }: RunOptions): Stamper {
  return new Stamper(`${stepName}:run`, localOffsetMinutes)
}

function gapText(bytes: number): string {
  return `${bytes} bytes of the log are missing here: they could not be kept`
}

function aboutLog(options: RunOptions, url: string) {
  const { recordId, jobName, stepName, stepId, source, joins, finishesBuild } = options
  return {
    url,
    recordId,
    jobName,
    stepName,
    joins,
    finishesBuild,
    ...(stepId !== undefined && { stepId }),
    ...(source !== undefined && { source }),
  }
}

/** Runs the command with its output going to the pipeline, and notes in the log how it ended. */
async function followToEnd(
  { command, recordId }: RunOptions,
  io: CommandIo,
  relay: SignalRelay,
  pipeline: OutputPipeline,
  warn: (text: string) => void,
): Promise<CommandEnd> {
  let followed: FollowedCommand
  try {
    const started = await startCommand(command, childEnvironment(io.env, recordId), reason =>
      warn(`a FIFO cannot be created (${reason}): "> /dev/stderr" may fail in the command`),
    )
    relay.sendTo(signal => comesFromTerminal(signal) || started.kill(signal))
    followed = await followCommand(started, bytes =>
      pipeline.push(bytes).catch(error => warn(`${bytes.length} bytes are missing in the log: ${error}`)),
    )
  } catch (error) {
    if (!(error instanceof NotStarted)) throw error
    warn(error.message)
    await pipeline.note(error.message, 'ERROR')
    return { code: error.exitCode }
  }
  await pipeline.end()
  if (!followed.isComplete)
    await pipeline.note(
      'processes that the command left running may write more, which is not in this log',
      'WARNING',
    )
  if ('signal' in followed.end)
    await pipeline.note(`the command was ended by ${followed.end.signal}`, 'ERROR')
  return followed.end
}

/**
 * The environment of the command. TAILRACE_ variables are removed, as they contain the runner's
 * credentials, except for the id of the record, which is not secret.
 */
function childEnvironment(env: Environment, recordId: string): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('TAILRACE_'),
  )
  return { ...Object.fromEntries(kept), TAILRACE_RECORD_ID: recordId }
}

function outcomeOf(end: CommandEnd, interrupted: boolean): EndRecord['outcome'] {
  if ('signal' in end) return STOPPING.includes(end.signal) ? 'ABORTED' : 'FAILURE'
  if (end.code === 0) return 'SUCCESS'
  return interrupted ? 'ABORTED' : 'FAILURE'
}

/**
 * Delivers the logs that earlier processes left, at the same time as the own log. Never rejects.
 */
async function shipLeftOver(
  spool: string,
  connection: Connection,
  deadline: Deadline,
  warn: (text: string) => void,
): Promise<void> {
  let left = 0
  let reason: string | undefined
  for await (const { refusal } of deliverLeftOver(spool, connection, deadline)) {
    if (refusal === undefined) continue
    left++
    reason ??= refusal
  }
  if (left > 0)
    warn(
      `${left} earlier log${left > 1 ? 's wait' : ' waits'} in ${spool} (${reason}); see "tailrace deliver"`,
    )
}

/** Ends this process as the command ended, so that its caller sees the same. */
async function dieBy(signal: NodeJS.Signals): Promise<number> {
  process.kill(process.pid, signal)
  // Only reached if the signal is blocked.
  await sleep(SIGNAL_ARRIVES_MS)
  return 1
}
