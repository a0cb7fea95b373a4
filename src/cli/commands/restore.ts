import { defineCommand } from '../command-line/command.ts'
import { JSON_FLAG } from '../connection/connection-options.ts'
import { interruptible } from '../terminal/process-end.ts'
import { byteText, timeText } from '../terminal/text.ts'
import { TransferProgress } from '../terminal/transfer-progress.ts'
import { DATA } from './data-option.ts'

export const command = defineCommand({
  name: 'restore',
  summary: 'Restore a backup into an empty data directory',
  description: `Copy a backup into an empty data directory, and verify the SHA-256 of every file.
The backup is not changed. After an interruption, run the same command again to
continue; no server starts in the directory before the restore is complete. Run
this as the user of the server.`,
  arguments: {
    backup: { name: 'BACKUP', completes: 'file', help: 'The directory that "tailrace backup" wrote.' },
  },
  options: { data: DATA, json: { ...JSON_FLAG, help: 'Print one JSON object instead of text' } },
  examples: [
    { line: 'tailrace restore /backup/monday', does: 'Restore into ./data.' },
    {
      line: 'tailrace restore /backup/monday --data /var/lib/tailrace',
      does: 'Restore into the data directory of a server.',
    },
  ],
  async run({ options, args: { backup } }, io) {
    const { localStore } = await import('../store/local-store.ts')
    const store = localStore(options.data, io)
    let progress: TransferProgress | undefined
    const { takenAt, files, bytes, isKeyMissing } = await interruptible(signal =>
      store.restore(backup, {
        signal,
        onTotal: total => {
          progress = new TransferProgress(process.stderr, 'restoring', total)
        },
        onBytes: more => progress?.more(more),
      }),
    ).finally(() => progress?.done())
    const { dataDirectory: data } = store
    if (options.json) io.print(`${JSON.stringify({ data, taken_at: takenAt, files, bytes })}\n`)
    else {
      io.print(`${data}: the store as it was at ${timeText(takenAt)}, ${files} files, ${byteText(bytes)}.\n`)
      if (isKeyMissing) io.print(KEY_NEEDED)
    }
    return 0
  },
})

const KEY_NEEDED =
  'Now put its secret.key there, with mode 0600, or set TAILRACE_SECRET_KEY. "tailrace doctor" works without it.\n'
