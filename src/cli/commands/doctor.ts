import { parseArgs } from 'node:util'
import type { Command, CommandIo } from '../command-line/command.ts'
import { localStore, type StoreCheck, type StoreFault } from '../store/local-store.ts'

const USAGE = `Usage: tailrace doctor [--data DIR] [--json]

Reads a whole store and tells what is not as it should be: frames that fail their checksum or do not join, logs that are not
what they were sealed with, what the journal cannot read back. Where a server runs, it is checked as it is at one moment, and
the server goes on; run this on its machine, as its user.
Exit code: 0, or 1 when there are faults.

  --data DIR                      directory of the store, as for serve
  --json                          one JSON object instead of lines
`

const PROGRESS_EVERY_MS = 200

export const command: Command = {
  summary: 'Check a store, while it is served or not',
  usage: USAGE,

  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: { data: { type: 'string' }, json: { type: 'boolean', default: false } },
    })
    const store = localStore(values.data, io)
    const faults: StoreFault[] = []
    const onFault = (fault: StoreFault) => {
      faults.push(fault)
      if (!values.json) io.print(`${fault.subject}: ${fault.message}\n`)
    }
    const progress = progressOn(io)
    const check = await store.check({ onFault, onProgress: progress.show }).finally(progress.clear)
    io.print(values.json ? `${JSON.stringify({ ...check, faults })}\n` : summary(check, faults.length))
    return faults.length === 0 ? 0 : 1
  },
}

/** A line that is written over, where a person looks on. */
function progressOn(io: CommandIo) {
  const isSeen = process.stderr.isTTY === true
  let shownAtMs = 0
  return {
    show(logs: number, bytes: number) {
      if (!isSeen || performance.now() - shownAtMs < PROGRESS_EVERY_MS) return
      shownAtMs = performance.now()
      io.complain(`\r${logs} logs, ${mib(bytes)} MiB`)
    },
    clear() {
      if (isSeen) io.complain('\r\u001b[K')
    },
  }
}

function summary(check: StoreCheck, faults: number): string {
  const { builds, logs, logBytes, packs, packBytes, removedLogs, unnamedPacks } = check
  const notes = [
    removedLogs > 0 ? `${removedLogs} deleted logs are still to be swept by the server.\n` : '',
    unnamedPacks.length > 0 ? `No row names ${unnamedPacks.join(', ')}.\n` : '',
  ]
  return `${builds} builds, ${logs} logs of ${mib(logBytes)} MiB, in ${packs} packs of ${mib(packBytes)} MiB.\n${notes.join('')}${faults === 0 ? 'Everything is as it should be.' : `${faults} ${faults === 1 ? 'fault' : 'faults'}.`}\n`
}

const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1)
