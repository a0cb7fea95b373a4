import { type CommandIo, defineCommand } from '../command-line/command.ts'
import { JSON_FLAG } from '../connection/connection-options.ts'
import type { StoreCheck, StoreFault } from '../store/local-store.ts'
import { byteText, countText } from '../terminal/text.ts'
import { DATA } from './data-option.ts'

const PROGRESS_EVERY_MS = 200

export const command = defineCommand({
  name: 'doctor',
  summary: 'Check a store for damage',
  description: `Read a whole store and report what is wrong: frames with a wrong checksum, gaps
between frames, logs that differ from their SHA-256, and damage in the journal.

The server may run meanwhile: the store is checked as it is at one moment. Run
this on the machine of the server, as its user.`,
  arguments: {},
  options: { data: DATA, json: { ...JSON_FLAG, help: 'Print one JSON object instead of lines' } },
  exitCodes: { 0: 'No faults', 1: 'There are faults, or the store cannot be read' },
  examples: [
    { line: 'tailrace doctor', does: 'Check the store in ./data.' },
    { line: 'tailrace doctor --data /var/lib/tailrace --json', does: 'Check another store, and print JSON.' },
  ],
  async run({ options }, io) {
    const { localStore } = await import('../store/local-store.ts')
    const store = localStore(options.data, io)
    const faults: StoreFault[] = []
    const onFault = (fault: StoreFault) => {
      faults.push(fault)
      if (!options.json) io.print(`${fault.subject}: ${fault.message}\n`)
    }
    const progress = progressOn(io)
    const check = await store.check({ onFault, onProgress: progress.show }).finally(progress.clear)
    io.print(options.json ? `${JSON.stringify({ ...check, faults })}\n` : summary(check, faults.length))
    return faults.length === 0 ? 0 : 1
  },
})

/** A line that is redrawn, on a terminal only. */
function progressOn(io: CommandIo) {
  const isSeen = process.stderr.isTTY === true
  let shownAtMs = 0
  return {
    show(logs: number, bytes: number) {
      if (!isSeen || performance.now() - shownAtMs < PROGRESS_EVERY_MS) return
      shownAtMs = performance.now()
      io.warn(`\r${countText(logs, 'log')}, ${byteText(bytes)}\u001b[K`)
    },
    clear() {
      if (isSeen) io.warn('\r\u001b[K')
    },
  }
}

function summary(check: StoreCheck, faults: number): string {
  const { builds, logs, logBytes, packs, packBytes, removedLogs, unnamedPacks } = check
  const notes = [
    removedLogs > 0 ? `${countText(removedLogs, 'deleted log')} not yet removed by the server.\n` : '',
    unnamedPacks.length > 0 ? `Not in the catalog: ${unnamedPacks.join(', ')}.\n` : '',
  ]
  const stored = `${countText(logs, 'log')} of ${byteText(logBytes)}`
  const held = `${countText(packs, 'pack')} of ${byteText(packBytes)}`
  const verdict = faults === 0 ? 'No faults' : countText(faults, 'fault')
  return `${countText(builds, 'build')}, ${stored}, in ${held}.\n${notes.join('')}${verdict}.\n`
}
