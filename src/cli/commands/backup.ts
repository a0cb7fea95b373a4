import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Command, UsageError } from '../command-line/command.ts'
import { localStore, type WrittenBackup } from '../store/local-store.ts'
import { interruptible } from '../terminal/process-end.ts'
import { timeText } from '../terminal/time-text.ts'
import { byteText, TransferProgress } from '../terminal/transfer-progress.ts'

const USAGE = `Usage: tailrace backup TARGET [--data DIR] [--previous BACKUP] [--json]

Copies a whole store as it is at one moment into the new directory TARGET, which appears when everything in it is durable. The server of the
store may run and goes on meanwhile; run this on its machine, as its user. What has been acknowledged before is in the back-up. The key that
encrypts the secrets of access keys (secret.key, TAILRACE_SECRET_KEY) is not: keep it elsewhere. "tailrace restore" puts a back-up in place.

  --data DIR                      directory of the store, as for serve
  --previous BACKUP               an earlier back-up of this store on the same file system: packs that it has are
                                  not copied but linked, so that both use their space once
  --json                          one JSON object instead of text
`

export const command: Command = {
  summary: 'Back a store up, while it is served or not',
  usage: USAGE,

  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        previous: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const [target, ...more] = positionals
    if (target === undefined || more.length > 0) throw new UsageError('name one directory to write to')
    const store = localStore(values.data, io)
    let progress: TransferProgress | undefined
    const written = await interruptible(signal =>
      store.backUp(resolve(target), values.previous, {
        signal,
        onTotal: bytes => {
          progress = new TransferProgress(process.stderr, 'backing up', bytes)
        },
        onBytes: bytes => progress?.more(bytes),
      }),
    ).finally(() => progress?.done())
    io.print(values.json ? asJson(target, written) : asText(target, written))
    return 0
  },
}

function asJson(target: string, { takenAt, files, bytes, sharedBytes }: WrittenBackup): string {
  return `${JSON.stringify({ target, taken_at: takenAt, files, bytes, shared_bytes: sharedBytes })}\n`
}

function asText(target: string, { takenAt, files, bytes, sharedBytes }: WrittenBackup): string {
  const shared = sharedBytes > 0 ? `, of which the previous one shares ${byteText(sharedBytes)}` : ''
  return `${target}: the store as it was at ${timeText(takenAt)}, ${files} files, ${byteText(bytes)}${shared}.\n`
}
