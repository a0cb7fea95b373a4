import { parseArgs } from 'node:util'
import { type Command, UsageError } from '../command-line/command.ts'
import { localStore } from '../store/local-store.ts'
import { interruptible } from '../terminal/process-end.ts'
import { timeText } from '../terminal/time-text.ts'
import { byteText, TransferProgress } from '../terminal/transfer-progress.ts'

const USAGE = `Usage: tailrace restore BACKUP [--data DIR] [--json]

Puts what "tailrace backup" wrote into an empty data directory, and holds every file against its SHA-256. The back-up stays as it is. A restore that
was cut off goes on when the same is called again; until it has ended no server starts there. Run it as the user of the server.

  --data DIR                      directory of the store, as for serve
  --json                          one JSON object instead of text
`

export const command: Command = {
  summary: 'Put a back-up into an empty data directory',
  usage: USAGE,

  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { data: { type: 'string' }, json: { type: 'boolean', default: false } },
    })
    const [backup, ...more] = positionals
    if (backup === undefined || more.length > 0) throw new UsageError('name one back-up')
    const store = localStore(values.data, io)
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
    if (values.json) io.print(`${JSON.stringify({ data, taken_at: takenAt, files, bytes })}\n`)
    else {
      io.print(`${data}: the store as it was at ${timeText(takenAt)}, ${files} files, ${byteText(bytes)}.\n`)
      if (isKeyMissing) io.print(KEY_NEEDED)
    }
    return 0
  },
}

const KEY_NEEDED =
  'Its secret.key is still to be put there, with mode 0600, or TAILRACE_SECRET_KEY to be set; "tailrace doctor" works without.\n'
