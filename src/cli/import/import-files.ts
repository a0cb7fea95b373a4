import { createHash, randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import type { StepAddress, TailraceClient } from '../../client/tailrace-client.ts'
import { type CommandIo, UsageError } from '../command-line/command.ts'
import { nameWithSuffix } from '../command-line/read-values.ts'
import { clientOf } from '../connection/connection.ts'
import { interruptible } from '../terminal/process-end.ts'
import { byteText } from '../terminal/text.ts'
import { TransferProgress } from '../terminal/transfer-progress.ts'
import { type ImportedFile, openImportedFile } from './imported-file.ts'

/** About two minutes without a server. */
const RETRIES = 16

export interface ImportOptions {
  readonly job: string
  readonly status: string
  readonly source: string | undefined
  /** The build to create or to continue. */
  readonly record: string | undefined
  /** Create another build, even where one has the same logs. */
  readonly new: boolean
  readonly json: boolean
}

/** `tailrace import`: uploads each file as a finished step of one build. */
export async function importFiles(
  paths: readonly string[],
  options: ImportOptions,
  io: CommandIo,
): Promise<void> {
  if (paths.filter(path => path === '-').length > 1) throw new UsageError('stdin can be read only once')
  if (options.record !== undefined && options.new)
    throw new UsageError('--record and --new exclude each other')
  const names = new Map<string, number>()
  const files = paths.map(path => ({ path, name: nameFor(path, names) }))
  const { client } = clientOf(io, RETRIES)
  await interruptible(signal => importAll({ client, files, options, io, signal }))
}

/** One call of `tailrace import`. */
interface Import {
  readonly client: TailraceClient
  readonly files: readonly { readonly path: string; readonly name: string }[]
  readonly options: ImportOptions
  readonly io: CommandIo
  readonly signal: AbortSignal
}

/** The file's name without the ending of its compression; a number makes each name unique. */
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

async function importAll(call: Import): Promise<void> {
  const { client, files, options, io, signal } = call
  await using opened = new AsyncDisposableStack()
  const contents: ImportedFile[] = []
  for (const { path } of files) contents.push(opened.use(await openImportedFile(path, signal)))
  const recordId = options.record ?? (options.new ? randomUUID() : recordOf(call, contents))
  const steps = files.map(({ name }, at) => ({ name, step_id: at + 1 }))
  const { source, status } = options
  const build = await client.createBuild(
    { job_name: options.job, record_id: recordId, ...(source !== undefined && { source }), steps },
    { signal },
  )
  if (options.record !== undefined) await client.addSteps(recordId, steps, { signal })
  const imported = []
  for (const [at, content] of contents.entries()) {
    const { name } = files[at]!
    const stepId = at + 1
    const newBytes = await importFile(call, { recordId, stepId }, name, content)
    const { bytes, sha256 } = content
    imported.push({ step_id: stepId, name, bytes, sha256, new_bytes: newBytes })
    if (!options.json) io.print(`${name}: ${byteText(bytes)}${newBytesText(bytes, newBytes)}\n`)
  }
  await client.finishBuild(recordId, { status }, { signal })
  const { job_id, build_no } = build
  if (options.json)
    io.print(`${JSON.stringify({ record_id: recordId, job_id, build_no, steps: imported })}\n`)
  else io.print(`${options.job}#${build_no}, record ${recordId}\n`)
}

function newBytesText(bytes: number, newBytes: number): string {
  return newBytes < bytes || bytes === 0 ? `, ${byteText(newBytes)} of it new` : ''
}

/** Resolves to the number of bytes that the server did not have. */
async function importFile(
  { client, options, signal }: Import,
  step: StepAddress,
  name: string,
  content: ImportedFile,
): Promise<number> {
  const progress = new TransferProgress(process.stderr, name, content.bytes)
  let first: number | undefined
  const onProgress = (head: number) => {
    first ??= head
    if (!options.json) progress.at(head)
  }
  try {
    await client.uploadLog(step, content.read(), { signal, onProgress })
    const { status } = options
    await client.finishStep(step, { status, size: content.bytes, sha256: content.sha256 }, { signal })
  } finally {
    progress.done()
  }
  return content.bytes - (first ?? 0)
}

/** Equal jobs, names and bytes have equal record ids: a UUID of version 8 (RFC 9562 §5.8). */
function recordOf({ files, options: { job } }: Import, opened: readonly ImportedFile[]): string {
  const parts = [job, ...files.flatMap(({ name }, at) => [name, opened[at]!.sha256])]
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  const variant = (8 + (Number.parseInt(hash[16]!, 16) % 4)).toString(16)
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
