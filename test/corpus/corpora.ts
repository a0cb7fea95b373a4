import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'

/** A log to test with. */
export interface SampleLog {
  readonly name: string
  readonly sizeBytes: number
  /** The whole log; throws where the sample is missing or is not what its manifest says. */
  bytes(): Buffer
}

/** Why tests with real logs are skipped, where no folder of them is named. */
export const NO_CORPORA = 'TAILRACE_CORPORA names no folder of real logs'

/** The folder of real logs that TAILRACE_CORPORA names, if it does. */
export function corporaFolder(): string | undefined {
  return process.env.TAILRACE_CORPORA || undefined
}

/** `| file | path | bytes | eight more columns | sha256 |`, a row of the manifest. */
const ROW = /^\| (?<file>[^|]+\.zst) \|(?:[^|]*)\| (?<size>\d+) \|.*\| (?<sha256>[0-9a-f]{64}) \|$/gm

/**
 * The logs that the manifest of `folder` lists. Throws where there is no manifest or it lists none:
 * a folder that was named must be there.
 */
export function corpora(folder: string): SampleLog[] {
  const manifest = readFileSync(join(folder, 'MANIFEST.md'), 'utf8')
  const logs = [...manifest.matchAll(ROW)].map(({ groups }) => ({
    name: groups!.file!.replace(/\.zst$/, ''),
    sizeBytes: Number(groups!.size),
    bytes: () => readSample(join(folder, groups!.file!), Number(groups!.size), groups!.sha256!),
  }))
  if (logs.length === 0) throw new Error(`${folder}/MANIFEST.md lists no logs`)
  return logs
}

function readSample(path: string, sizeBytes: number, sha256: string): Buffer {
  const bytes = zstdDecompressSync(readFileSync(path))
  if (bytes.length !== sizeBytes || sha256Of(bytes) !== sha256)
    throw new Error(`${path} is not what the manifest says: ${bytes.length} bytes, sha256 ${sha256Of(bytes)}`)
  return bytes
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
