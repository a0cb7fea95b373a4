import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readManifest } from '../backup/manifest.ts'
import { restoreBackup } from '../backup/restore-backup.ts'
import { storeConfig } from '../backup/store-config.ts'
import { type Command, UsageError } from '../command-line/command.ts'
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
    const { dataDirectory, secretKey } = storeConfig(values.data, io)
    const manifest = await readManifest(backup)
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0)
    const progress = new TransferProgress(process.stderr, 'restoring', bytes)
    await interruptible(signal =>
      restoreBackup(backup, manifest, dataDirectory, {
        signal,
        onBytes: bytes => progress.more(bytes),
      }),
    ).finally(() => progress.done())
    const { taken_at, files } = manifest
    const summary = { data: dataDirectory, taken_at, files: files.length, bytes }
    if (values.json) io.print(`${JSON.stringify(summary)}\n`)
    else {
      const keyNeeded = secretKey === undefined && !existsSync(join(dataDirectory, 'secret.key'))
      io.print(
        `${dataDirectory}: the store as it was at ${timeText(taken_at)}, ${files.length} files, ${byteText(bytes)}.\n`,
      )
      if (keyNeeded) io.print(KEY_NEEDED)
    }
    return 0
  },
}

const KEY_NEEDED =
  'Its secret.key is still to be put there, with mode 0600, or TAILRACE_SECRET_KEY to be set; "tailrace doctor" works without.\n'
