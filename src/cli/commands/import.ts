import { createHash, randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { TailraceClient } from '../../client/tailrace-client.ts'
import { UUID_PATTERN } from '../../contract/ids.ts'
import { type Command, type CommandIo, UsageError } from '../command-line/command.ts'
import { clientOf } from '../connection/connection.ts'
import { type ImportedFile, openImportedFile } from '../import/imported-file.ts'
import { nameWithSuffix } from '../run/names.ts'
import { interruptible } from '../terminal/process-end.ts'
import { byteText, TransferProgress } from '../terminal/transfer-progress.ts'

const USAGE = `Usage: tailrace import --job NAME [OPTION]... FILE...

Brings logs that were written elsewhere to the server: each FILE becomes a finished step of one build, in this order, named after the
file. Files compressed by gzip or zstd are stored as what is in them; "-" is stdin. The same files again make no second build: what
is there stays, and what an earlier import could not bring is brought.

  --job NAME          the job; a new name makes a new one
  --status STATUS     how the build and its steps ended: SUCCESS, the default, FAILURE or ABORTED
  --source NAME       where the build ran, shown with the logs
  --record UUID       the build to make, or to go on with; by default made from the job's name and what is in the files
  --new               another build, whatever is there
  --json              print {record_id, job_id, build_no, steps: [{step_id, name, bytes, sha256, new_bytes}]}
  --profile NAME      the login to use instead of the environment
`

const FLAGS = {
  job: { type: 'string' },
  status: { type: 'string', default: 'SUCCESS' },
  source: { type: 'string' },
  record: { type: 'string' },
  new: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

type Flags = ReturnType<typeof parse>['values']
const parse = (args: string[]) => parseArgs({ args, options: FLAGS, strict: true, allowPositionals: true })

/** About two minutes without a server. */
const RETRIES = 16
const STATUSES = ['SUCCESS', 'FAILURE', 'ABORTED']

export const command: Command = {
  summary: 'Bring log files to the server as steps of a build',
  usage: USAGE,
  async run(args, io) {
    const { values, positionals } = parse(args)
    const plan = planOf(values, positionals)
    const { client } = clientOf(io, RETRIES)
    await interruptible(signal => importFiles(client, plan, values, io, signal))
    return 0
  },
}

interface Plan {
  readonly job: string
  readonly status: string
  readonly files: readonly { readonly path: string; readonly name: string }[]
}

function planOf({ job, status, record, new: another }: Flags, paths: readonly string[]): Plan {
  if (!job) throw new UsageError('--job is missing: it names the job that the build belongs to')
  if (paths.length === 0) throw new UsageError('FILE is missing; "-" is stdin')
  if (paths.filter(path => path === '-').length > 1) throw new UsageError('stdin can be read once')
  if (record !== undefined && another) throw new UsageError('--record and --new exclude each other')
  if (record !== undefined && !new RegExp(UUID_PATTERN).test(record.toLowerCase()))
    throw new UsageError(`--record is a UUID, not ${record}`)
  if (!STATUSES.includes(status.toUpperCase()))
    throw new UsageError(`--status is one of ${STATUSES.join(', ')}`)
  const names = new Map<string, number>()
  const files = paths.map(path => ({ path, name: nameFor(path, names) }))
  return { job, status: status.toUpperCase(), files }
}

/** The file's name without what tells its compression; a number makes each its own. */
function nameFor(path: string, taken: Map<string, number>): string {
  const plain = path === '-' ? 'stdin' : basename(path).replace(/\.(gz|zst)$/i, '')
  const name =
    plain
      .toWellFormed()
      .replaceAll(/[\u0000-\u001f\u007f]/g, '?')
      .trim() || 'file'
  const count = (taken.get(name) ?? 0) + 1
  taken.set(name, count)
  return nameWithSuffix(name, count === 1 ? '' : ` (${count})`).trimEnd()
}

async function importFiles(
  client: TailraceClient,
  plan: Plan,
  flags: Flags,
  io: CommandIo,
  signal: AbortSignal,
): Promise<void> {
  await using opened = new AsyncDisposableStack()
  const files: ImportedFile[] = []
  for (const { path } of plan.files) files.push(opened.use(await openImportedFile(path, signal)))
  const recordId = flags.record?.toLowerCase() ?? (flags.new ? randomUUID() : recordOf(plan, files))
  const steps = plan.files.map(({ name }, at) => ({ name, step_id: at + 1 }))
  const { source } = flags
  const build = await client.createBuild(
    { job_name: plan.job, record_id: recordId, ...(source !== undefined && { source }), steps },
    { signal },
  )
  if (flags.record !== undefined) await client.addSteps(recordId, steps, { signal })
  const imported = []
  for (const [at, file] of files.entries()) {
    const { name } = plan.files[at]!
    const stepId = at + 1
    const newBytes = await importFile(
      client,
      { recordId, stepId },
      file,
      name,
      plan.status,
      flags.json,
      signal,
    )
    imported.push({ step_id: stepId, name, bytes: file.bytes, sha256: file.sha256, new_bytes: newBytes })
    if (!flags.json)
      io.print(
        `${name}: ${byteText(file.bytes)}${newBytes < file.bytes || file.bytes === 0 ? `, ${byteText(newBytes)} of it new` : ''}\n`,
      )
  }
  await client.finishBuild(recordId, { status: plan.status }, { signal })
  const { job_id, build_no } = build
  if (flags.json) io.print(`${JSON.stringify({ record_id: recordId, job_id, build_no, steps: imported })}\n`)
  else io.print(`${plan.job}#${build_no}, record ${recordId}\n`)
}

/** Resolves to how many bytes the server did not have before. */
async function importFile(
  client: TailraceClient,
  step: { recordId: string; stepId: number },
  file: ImportedFile,
  name: string,
  status: string,
  quiet: boolean,
  signal: AbortSignal,
): Promise<number> {
  const progress = new TransferProgress(process.stderr, name, file.bytes)
  let first: number | undefined
  const onProgress = (head: number) => {
    first ??= head
    if (!quiet) progress.at(head)
  }
  try {
    await client.uploadLog(step, file.read(), { signal, onProgress })
    await client.finishStep(step, { status, size: file.bytes, sha256: file.sha256 }, { signal })
  } finally {
    progress.done()
  }
  return file.bytes - (first ?? 0)
}

/** The same job, names and bytes make the same record: a UUID of version 8 (RFC 9562 §5.8). */
function recordOf({ job, files }: Plan, opened: readonly ImportedFile[]): string {
  const parts = [job, ...files.flatMap(({ name }, at) => [name, opened[at]!.sha256])]
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  const variant = (8 + (Number.parseInt(hash[16]!, 16) % 4)).toString(16)
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
