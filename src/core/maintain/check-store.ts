import { isTailraceError, type TailraceError } from '../../contract/errors.ts'
import type { ByteOffset } from '../../contract/quantities.ts'
import type { BuildCatalog, Step } from '../ports/build-catalog.ts'
import type { BuildRemoval } from '../ports/build-removal.ts'
import type { NewSha256 } from '../ports/capabilities.ts'
import type { FrameCatalog } from '../ports/frame-catalog.ts'
import type { PackId, PackStore } from '../ports/pack-store.ts'
import type { RetentionCatalog } from '../ports/retention-catalog.ts'
import type { LogReader } from '../read/reader/log-reader.ts'

export interface CheckPorts {
  readonly builds: BuildCatalog
  readonly removal: BuildRemoval
  readonly retention: RetentionCatalog
  readonly frames: FrameCatalog
  readonly packs: Pick<PackStore, 'packs' | 'frames'>
  readonly reader: LogReader
  readonly newSha256: NewSha256
}

/** Something that breaks a promise of the store. */
export interface StoreFault {
  /** The build and step of the log, or the pack. */
  readonly subject: string
  readonly message: string
}

export interface StoreCheck {
  readonly builds: number
  readonly logs: number
  readonly logBytes: ByteOffset
  readonly packs: number
  readonly packBytes: number
  /** Deleted logs whose bytes maintenance has not removed yet. Not a fault. */
  readonly removedLogs: number
  /**
   * Packs that no row names: left by a crash, or a sign of a lost or older catalog. Not a fault.
   */
  readonly unnamedPacks: readonly PackId[]
}

/** Called during the check. */
export interface CheckListener {
  readonly onFault: (fault: StoreFault) => void
  /** `bytes` is the number of log bytes read so far. */
  readonly onProgress: (logs: number, bytes: ByteOffset) => void
}

const BUILDS_AT_ONCE = 100
const FRAMES_AT_ONCE = 1000
const REMOVED_LOGS_MAX = 1_000_000

/**
 * Reads the whole store and checks that the frames of each log join and pass their checksums, that
 * every byte up to the head exists, that a sealed log has the size and SHA-256 it was sealed with,
 * and that every pack consists of frames. Continues after a fault. Rejects with `store-unavailable`
 * when the store cannot be read now.
 */
export async function checkStore(ports: CheckPorts, listener: CheckListener): Promise<StoreCheck> {
  let [builds, logs, logBytes] = [0, 0, 0]
  for (let place = Number.MAX_SAFE_INTEGER; ; ) {
    const some = await ports.retention.agingBuilds(place, BUILDS_AT_ONCE)
    for (const { projectId, recordId } of some) {
      builds++
      for (const step of await ports.builds.listSteps(projectId, recordId)) {
        logBytes += await checkLog(ports, step, listener)
        listener.onProgress(++logs, logBytes)
      }
    }
    const last = some.at(-1)
    if (last === undefined) break
    place = last.place
  }
  const removedLogs = (await ports.removal.removedLogs(REMOVED_LOGS_MAX)).length
  return { builds, logs, logBytes, removedLogs, ...(await checkPacks(ports, listener)) }
}

/** Resolves to how many bytes of the log could be read. */
async function checkLog(ports: CheckPorts, step: Step, { onFault }: CheckListener): Promise<ByteOffset> {
  const fault = (message: string) =>
    onFault({ subject: `build ${step.recordId}, step ${step.stepId}`, message })
  const sha256 = ports.newSha256()
  let at = 0
  try {
    await checkRows(ports, step, fault)
    const head = await ports.reader.head(step.log)
    for await (const bytes of ports.reader.read(step.log, 0, head)) {
      sha256.update(bytes)
      at += bytes.length
    }
    if (step.state !== 'sealed') return at
    if (head !== step.sizeBytes) fault(`has ${head} bytes, but was sealed with ${step.sizeBytes}`)
    else if (sha256.hex() !== step.sha256) fault('has other bytes than it was sealed with')
  } catch (error) {
    fault(`cannot be read after byte ${at}: ${damageOf(error).message}`)
  }
  return at
}

async function checkRows(
  { frames }: CheckPorts,
  { log }: Step,
  fault: (message: string) => void,
): Promise<void> {
  let [end, lines] = [0, 0]
  for (;;) {
    const rows = await frames.framesOf(log, end, Number.MAX_SAFE_INTEGER, FRAMES_AT_ONCE)
    for (const row of rows) {
      if (row.at !== end || row.firstLine !== lines)
        fault(`has a frame at byte ${row.at}, line ${row.firstLine} after one that ends at ${end}, ${lines}`)
      end = row.end
      lines = row.firstLine + row.lines
    }
    if (rows.length < FRAMES_AT_ONCE) return
  }
}

async function checkPacks({ packs, frames }: CheckPorts, { onFault }: CheckListener) {
  let [count, packBytes] = [0, 0]
  const unnamedPacks: PackId[] = []
  for await (const { pack, storedBytes } of packs.packs()) {
    count++
    packBytes += storedBytes
    const end = await frames.packEnd(pack)
    if (end === 0) unnamedPacks.push(pack)
    if (storedBytes < end)
      onFault({ subject: `pack ${pack}`, message: `has ${storedBytes} bytes, but rows name ${end}` })
    try {
      for await (const _ of packs.frames(pack));
    } catch (error) {
      onFault({ subject: `pack ${pack}`, message: damageOf(error).message })
    }
  }
  return { packs: count, packBytes, unnamedPacks }
}

function damageOf(error: unknown): TailraceError {
  if (!isTailraceError(error, 'log-damaged')) throw error
  return error
}
