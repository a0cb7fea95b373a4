/**
 * Matches lines in a thread of its own, so that a slow pattern blocks nothing else. Started by
 * regexp-matcher.
 */
import { setPriority } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'

const LINE_FEED = 10

// If backtracking takes too long, V8 restarts with its linear-time engine, for the patterns that
// this engine supports.
setFlagsFromString('--enable-experimental-regexp-engine')
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
// On Linux this sets the priority of the thread; elsewhere it would be that of the whole server.
if (process.platform === 'linux') setPriority(10)

const { source, flags } = workerData as { readonly source: string; readonly flags: string }
const expression = new RegExp(source, flags)

function matchingLines(block: Uint8Array): number[] {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength)
  const text = bytes.toString()
  const begins: number[] = []
  for (let at = 0, from = 0; at < bytes.length; ) {
    const end = text.indexOf('\n', from)
    if (expression.test(text.slice(from, end < 0 ? undefined : end))) begins.push(at)
    if (end < 0) break
    from = end + 1
    at = bytes.indexOf(LINE_FEED, at) + 1
  }
  return begins
}

parentPort?.on('message', (block: Uint8Array) => parentPort?.postMessage(matchingLines(block)))
