import { resolve } from 'node:path'
import { defineCommand } from '../command-line/command.ts'
import { JSON_FLAG } from '../connection/connection-options.ts'
import type { WrittenBackup } from '../store/local-store.ts'
import { interruptible } from '../terminal/process-end.ts'
import { byteText, timeText } from '../terminal/text.ts'
import { TransferProgress } from '../terminal/transfer-progress.ts'
import { DATA } from './data-option.ts'

export const command = defineCommand({
  name: 'backup',
  summary: 'Back up a store',
  description: `Copy a whole store, as it is at one moment, into the new directory TARGET, which
appears when everything in it is durable. The server may run meanwhile. The
backup has every byte that was acknowledged before the backup began. Run this on
the machine of the server, as its user.

The key that encrypts the secret keys of access keys (secret.key, or
TAILRACE_SECRET_KEY) is not in the backup: keep it elsewhere.`,
  arguments: {
    target: { name: 'TARGET', completes: 'file', help: 'The directory to create.' },
  },
  options: {
    data: DATA,
    previous: {
      value: 'BACKUP',
      completes: 'file',
      help: 'An earlier backup of this store on the same file system. Packs that it has are linked, not copied, so that both use the space once',
    },
    json: { ...JSON_FLAG, help: 'Print one JSON object instead of text' },
  },
  examples: [
    { line: 'tailrace backup /backup/monday', does: 'Back up the store in ./data.' },
    {
      line: 'tailrace backup /backup/tuesday --previous /backup/monday',
      does: 'Copy only the packs that are new since the last backup.',
    },
  ],
  async run({ options, args: { target } }, io) {
    const { localStore } = await import('../store/local-store.ts')
    const store = localStore(options.data, io)
    let progress: TransferProgress | undefined
    const written = await interruptible(signal =>
      store.backUp(resolve(target), options.previous, {
        signal,
        onTotal: bytes => {
          progress = new TransferProgress(process.stderr, 'backing up', bytes)
        },
        onBytes: bytes => progress?.more(bytes),
      }),
    ).finally(() => progress?.done())
    if (written.unlinked !== undefined) io.warn(unlinkedText(written.unlinked))
    io.print(options.json ? asJson(target, written) : asText(target, written))
    return 0
  },
})

function asJson(target: string, { takenAt, files, bytes, sharedBytes, unlinked }: WrittenBackup): string {
  const summary = {
    target,
    taken_at: takenAt,
    files,
    bytes,
    shared_bytes: sharedBytes,
    unlinked: unlinked ?? null,
  }
  return `${JSON.stringify(summary)}\n`
}

function unlinkedText({ count, reason }: NonNullable<WrittenBackup['unlinked']>): string {
  const packs = count === 1 ? '1 pack' : `${count} packs`
  return `tailrace backup: ${packs} of the previous backup had to be copied: ${reason}\n`
}

function asText(target: string, { takenAt, files, bytes, sharedBytes }: WrittenBackup): string {
  const shared = sharedBytes > 0 ? `, ${byteText(sharedBytes)} of it shared with the previous backup` : ''
  return `${target}: the store as it was at ${timeText(takenAt)}, ${files} files, ${byteText(bytes)}${shared}.\n`
}
