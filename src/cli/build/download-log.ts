import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { type CommandIo, UsageError } from '../command-line/command.ts'
import { clientOf } from '../connection/connection.ts'
import { LogOutput } from '../terminal/log-output.ts'
import { interruptible } from '../terminal/process-end.ts'
import { fileError } from '../terminal/text.ts'
import { TransferProgress } from '../terminal/transfer-progress.ts'
import { findBuild, findStep, type Lookup, nameOf, type Step } from './find-build.ts'

interface DownloadOptions {
  /** undefined or "-": stdout. */
  readonly output: string | undefined
  readonly level: 'INFO' | 'DEBUG'
  readonly raw: boolean
  readonly json: boolean
}

/** `tailrace get`: the log of one step, as far as it is written, to a file or to stdout. */
export async function downloadLog(
  buildName: string,
  stepName: string | undefined,
  options: DownloadOptions,
  io: CommandIo,
): Promise<void> {
  const file = options.output === '-' ? undefined : options.output
  if (options.json && file === undefined)
    throw new UsageError('--json needs -o FILE, as the log itself is the output')
  await interruptible(async signal => {
    const lookup = { ...clientOf(io), signal }
    const log = await openLog(lookup, buildName, stepName, options.level)
    if (file === undefined) await toStdout(log, options, io)
    else await toFile(log, file, options, io)
  })
}

interface OpenLog {
  readonly recordId: string
  readonly step: Step
  readonly level: 'INFO' | 'DEBUG'
  readonly body: ReadableStream<Uint8Array>
  /** How many bytes will come, where that is known. */
  readonly bytes: number | undefined
  readonly sha256: string | undefined
}

async function openLog(
  lookup: Lookup,
  buildName: string,
  stepName: string | undefined,
  level: 'INFO' | 'DEBUG',
): Promise<OpenLog> {
  const { build, step: named } = await findBuild(lookup, buildName)
  const wanted = stepName ?? named ?? (build.steps.length === 1 ? String(build.steps[0]!.step_id) : undefined)
  if (wanted === undefined) {
    const steps = build.steps.map(({ step_id, name }) => `${step_id} (${name})`).join(', ')
    throw new UsageError(`missing STEP: ${nameOf(build)} has ${steps || 'no steps yet'}`)
  }
  const step = findStep(build, wanted)
  const address = { recordId: build.record_id, stepId: step.step_id }
  const call = lookup.signal === undefined ? {} : { signal: lookup.signal }
  if (level === 'DEBUG') {
    const { body, head, sha256 } = await lookup.client.downloadLog(address, call)
    return { recordId: build.record_id, step, level, body, bytes: head, sha256 }
  }
  const body = await lookup.client.downloadTaskLog(address, 'INFO', call)
  return { recordId: build.record_id, step, level: 'INFO', body, bytes: undefined, sha256: undefined }
}

async function toStdout(log: OpenLog, { raw }: DownloadOptions, io: CommandIo): Promise<void> {
  const output = new LogOutput(process.stdout, io.env, { raw })
  // On a terminal, the log itself shows the progress.
  const progress = process.stdout.isTTY ? undefined : progressOf(log)
  const bytes = await transfer(log, chunk => output.write(chunk), progress)
  await output.end()
  reportLeftOut(log, bytes, io)
}

/** Writes to another name until all bytes are there, so that FILE is always a whole log. */
async function toFile(log: OpenLog, file: string, { json }: DownloadOptions, io: CommandIo): Promise<void> {
  const part = `${file}.part`
  const stream = createWriteStream(part)
  // `finished` and `write` report it.
  stream.on('error', () => {})
  try {
    const bytes = await transfer(
      log,
      async chunk => {
        if (!stream.write(chunk)) await once(stream, 'drain')
      },
      json ? undefined : progressOf(log),
    )
    stream.end()
    await finished(stream)
    await rename(part, file)
    report(log, file, bytes, json, io)
  } catch (error) {
    stream.destroy()
    await rm(part, { force: true })
    throw fileError(file, 'written', stream.errored ?? error)
  }
}

function report(log: OpenLog, file: string, bytes: number, json: boolean, io: CommandIo): void {
  const { recordId, step, level, sha256 } = log
  const verified = sha256 !== undefined
  if (json) {
    const size = log.bytes ?? step.size
    const result = { record_id: recordId, step_id: step.step_id, file, level, bytes, size, verified }
    io.print(`${JSON.stringify(result)}\n`)
  } else {
    io.warn(`${file}: ${bytes} bytes${verified ? ', SHA-256 verified' : ''}\n`)
    reportLeftOut(log, bytes, io)
  }
}

/** Says that DEBUG lines were left out, unless all of a finished log has come. */
function reportLeftOut({ step, level }: OpenLog, bytes: number, io: CommandIo): void {
  if (level === 'DEBUG') return
  const isWhole = step.state === 'sealed'
  if (isWhole && bytes === step.size) return
  const what = isWhole
    ? `DEBUG lines were left out (${step.size - bytes} bytes)`
    : 'DEBUG lines, if there are any, were left out'
  io.warn(`${what}; --level DEBUG gets every byte\n`)
}

/** Resolves to the number of bytes. Rejects when they do not have the expected SHA-256. */
async function transfer(
  { body, sha256 }: OpenLog,
  write: (bytes: Uint8Array) => Promise<void>,
  progress?: TransferProgress,
): Promise<number> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of body) {
      if (sha256 !== undefined) hash.update(chunk)
      await write(chunk)
      bytes += chunk.length
      progress?.at(bytes)
    }
  } finally {
    progress?.done()
  }
  if (sha256 !== undefined && hash.digest('hex') !== sha256)
    throw new Error('the download does not have the SHA-256 that the server states')
  return bytes
}

function progressOf({ step, bytes }: OpenLog): TransferProgress {
  return new TransferProgress(process.stderr, step.name, bytes)
}
