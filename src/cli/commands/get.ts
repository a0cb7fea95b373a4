import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { BUILD_USAGE } from '../build/build-name.ts'
import { findBuild, findStep, type Lookup, nameOf, type Step } from '../build/find-build.ts'
import { type Command, type CommandIo, UsageError } from '../command-line/command.ts'
import { clientOf } from '../connection/connection.ts'
import { fileError } from '../terminal/file-error.ts'
import { LogOutput } from '../terminal/log-output.ts'
import { interruptible } from '../terminal/process-end.ts'
import { TransferProgress } from '../terminal/transfer-progress.ts'

const USAGE = `Usage: tailrace get [-o FILE [--json]] [--level INFO|DEBUG] [--raw] BUILD [STEP]

Gets the log of a step, as far as it is written by now; goes on by itself where a connection breaks. STEP may be left out
where the build has one step.

  -o, --output FILE   write it there, once all of it has come; "-" is stdout
  --level LEVEL       INFO, the default, leaves DEBUG lines out, and says so on stderr; DEBUG is every byte, and a finished
                      log is checked against its SHA-256
  --raw               let a terminal obey what the log holds; without it, control sequences other than colours are shown.
                      What goes to a file or a pipe is always as it is
  --json              with -o FILE: print {record_id, step_id, file, level, bytes, size, verified}, of which size is that of
                      the whole log, and say nothing on stderr
  --profile NAME      the login to use instead of the environment

${BUILD_USAGE}`

const FLAGS = {
  output: { type: 'string', short: 'o' },
  level: { type: 'string', default: 'INFO' },
  raw: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

type Flags = ReturnType<typeof parse>['values']
const parse = (args: string[]) => parseArgs({ args, options: FLAGS, strict: true, allowPositionals: true })

export const command: Command = {
  summary: 'Get the log of a step',
  usage: USAGE,
  async run(args, io) {
    const { values, positionals } = parse(args)
    const [build, step, ...others] = positionals
    if (build === undefined) throw new UsageError('BUILD is missing')
    if (others.length > 0) throw new UsageError(`"${others[0]}" is one argument too many`)
    if (values.level !== 'INFO' && values.level !== 'DEBUG') throw new UsageError('--level is INFO or DEBUG')
    const file = values.output === '-' ? undefined : values.output
    if (values.json && file === undefined)
      throw new UsageError('--json needs -o FILE: the log itself is the output')
    await interruptible(async signal => {
      const lookup = { ...clientOf(io), signal }
      const log = await openLog(lookup, build, step, values)
      if (file === undefined) await toStdout(log, values, io)
      else await toFile(log, file, values, io)
    })
    return 0
  },
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
  { level }: Flags,
): Promise<OpenLog> {
  const { build, step: named } = await findBuild(lookup, buildName)
  const wanted = stepName ?? named ?? (build.steps.length === 1 ? String(build.steps[0]!.step_id) : undefined)
  if (wanted === undefined) {
    const steps = build.steps.map(({ step_id, name }) => `${step_id} (${name})`).join(', ')
    throw new UsageError(`STEP is missing: ${nameOf(build)} has ${steps || 'no steps yet'}`)
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

async function toStdout(log: OpenLog, { raw }: Flags, io: CommandIo): Promise<void> {
  const output = new LogOutput(process.stdout, io.env, { raw })
  // On a terminal the log itself shows how far it is.
  const progress = process.stdout.isTTY ? undefined : progressOf(log)
  const bytes = await transfer(log, chunk => output.write(chunk), progress)
  await output.end()
  tellLeftOut(log, bytes, io)
}

/** Under another name until it is whole: a file of this name is the whole log. */
async function toFile(log: OpenLog, file: string, { json }: Flags, io: CommandIo): Promise<void> {
  const part = `${file}.part`
  const stream = createWriteStream(part)
  // Told by `finished` and `write`.
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
    tell(log, file, bytes, json, io)
  } catch (error) {
    stream.destroy()
    await rm(part, { force: true })
    throw fileError(file, 'written', stream.errored ?? error)
  }
}

function tell(log: OpenLog, file: string, bytes: number, json: boolean, io: CommandIo): void {
  const { recordId, step, level, sha256 } = log
  const verified = sha256 !== undefined
  if (json) {
    const size = log.bytes ?? step.size
    const told = { record_id: recordId, step_id: step.step_id, file, level, bytes, size, verified }
    io.print(`${JSON.stringify(told)}\n`)
  } else {
    io.complain(`${file}: ${bytes} bytes${verified ? ', checked against their SHA-256' : ''}\n`)
    tellLeftOut(log, bytes, io)
  }
}

/** What is missing is not seen in what came: says so, unless all of a finished log has come. */
function tellLeftOut({ step, level }: OpenLog, bytes: number, io: CommandIo): void {
  if (level === 'DEBUG') return
  const isWhole = step.state === 'sealed'
  if (isWhole && bytes === step.size) return
  const what = isWhole
    ? `DEBUG lines were left out (${step.size - bytes} bytes)`
    : 'DEBUG lines, if there are any, were left out'
  io.complain(`${what}; --level DEBUG gets every byte\n`)
}

/** Resolves to how many bytes came. Rejects when they are not those of the hash. */
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
    throw new Error('what came is not what the server holds: its SHA-256 is another')
  return bytes
}

function progressOf({ step, bytes }: OpenLog): TransferProgress {
  return new TransferProgress(process.stderr, step.name, bytes)
}
