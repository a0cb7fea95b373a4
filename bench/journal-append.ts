/**
 * How fast the local journal acknowledges: 1,000 logs append 2 to 16 KB at a time, each waiting for
 * its last append, while everything due is released. Then the same batches, one after the other, by
 * bare write and fdatasync into one file of the same size: the disk's own speed. `node
 * bench/journal-append.ts [directory]`
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KIB, MIB } from '../src/contract/quantities.ts'
import type { Journal } from '../src/core/ports/journal.ts'
import { type FileLayer, nodeFileLayer, writeFully } from '../src/store/local/journal/file-layer.ts'
import { openLocalJournal } from '../src/store/local/journal/local-journal.ts'

const LOGS = 1000
const WARM_UP_MS = 1500
const RUN_MS = 4000
const TEXT = Buffer.from(
  '[2026/01/01 00:00:00.000 GMT+00:00] [INFO] [step:run] : a line of log\n'.repeat(400),
)

interface Counters {
  running: boolean
  bytes: number
  latenciesMs: number[]
  /** Lengths of the writes between two syncs. */
  batches: number[]
}

const parent = await mkdtemp(join(process.argv[2] ?? tmpdir(), 'tailrace-bench-'))
try {
  const counters: Counters = { running: false, bytes: 0, latenciesMs: [], batches: [] }
  const tookMs = await runJournal(join(parent, 'journal'), counters)
  const bareMs = await runBare(join(parent, 'bare'), counters.batches)
  const seconds = tookMs / 1000
  const latencies = counters.latenciesMs.toSorted((one, other) => one - other)
  const percentile = (share: number) => latencies[Math.floor(latencies.length * share)]!.toFixed(1)
  const written = counters.batches.reduce((sum, length) => sum + length, 0)
  console.log(
    `journal: ${(counters.bytes / 1e6 / seconds).toFixed(0)} MB/s, ${(latencies.length / seconds).toFixed(0)} acks/s`,
  )
  console.log(`latency: p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms`)
  console.log(
    `batches: ${(counters.batches.length / seconds).toFixed(0)}/s, ${(written / counters.batches.length / KIB).toFixed(0)} KiB on average, ${(written / counters.bytes).toFixed(3)} bytes written per byte`,
  )
  console.log(
    `bare write + fdatasync of the same batches: ${(written / 1e6 / (bareMs / 1000)).toFixed(0)} MB/s`,
  )
  console.log(`ratio: ${(bareMs / tookMs).toFixed(2)}`)
} finally {
  await rm(parent, { recursive: true, force: true })
}

/** Resolves to the milliseconds that were counted. */
async function runJournal(directory: string, counters: Counters): Promise<number> {
  await using journal = await openLocalJournal({
    directory,
    known: async () => new Map(),
    files: countingLayer(counters),
  })
  const end = new AbortController()
  const writers = Array.from({ length: LOGS }, (_, i) => append(journal, i + 1, counters, end.signal))
  const releasing = release(journal, end.signal)
  await new Promise(resolve => setTimeout(resolve, WARM_UP_MS))
  counters.running = true
  const beganMs = performance.now()
  await new Promise(resolve => setTimeout(resolve, RUN_MS))
  counters.running = false
  const tookMs = performance.now() - beganMs
  end.abort()
  await Promise.all([...writers, releasing])
  return tookMs
}

async function append(journal: Journal, log: number, counters: Counters, signal: AbortSignal): Promise<void> {
  await journal.open(log, 0)
  for (let head = 0, round = log; !signal.aborted; round++) {
    const length = 2 * KIB + ((round * 7919) % (14 * KIB))
    const begin = (round * 104_729) % (TEXT.length - length)
    const beganMs = performance.now()
    head = await journal.append(log, head, TEXT.subarray(begin, begin + length), Date.now())
    if (!counters.running) continue
    counters.bytes += length
    counters.latenciesMs.push(performance.now() - beganMs)
  }
}

async function release(journal: Journal, signal: AbortSignal): Promise<void> {
  for (let due = await journal.due(signal); due.length > 0; due = await journal.due(signal)) {
    for (const { log, to } of due) await journal.release(log, to)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

function countingLayer(counters: Counters): FileLayer {
  const open: FileLayer['open'] = async path => {
    const file = await nodeFileLayer.open(path)
    let sinceSync = 0
    return {
      read: file.read.bind(file),
      size: file.size.bind(file),
      close: file.close.bind(file),
      write: async (bytes, position) => {
        sinceSync += bytes.length
        return file.write(bytes, position)
      },
      sync: async () => {
        const length = sinceSync
        sinceSync = 0
        await file.sync()
        // Zeros of a new segment come in one piece of the segment's size.
        if (counters.running && length < 32 * MIB) counters.batches.push(length)
      },
    }
  }
  return { ...nodeFileLayer, open }
}

/** Resolves to the milliseconds that writing and syncing these batches took. */
async function runBare(path: string, batches: readonly number[]): Promise<number> {
  const fileBytes = 256 * MIB
  const file = await nodeFileLayer.open(path)
  const zeros = Buffer.alloc(MIB)
  for (let at = 0; at < fileBytes; at += MIB) await writeFully(file, zeros, at)
  await file.sync()
  const source = Buffer.alloc(Math.max(...batches), TEXT)
  let position = 0
  const beganMs = performance.now()
  for (const length of batches) {
    if (position + length > fileBytes) position = 0
    await writeFully(file, source.subarray(0, length), position)
    await file.sync()
    position += length
  }
  const tookMs = performance.now() - beganMs
  await file.close()
  return tookMs
}
