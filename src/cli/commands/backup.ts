import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { StoreSnapshot } from '../../store/embedded/store-snapshots.ts'
import { storeConfig } from '../backup/store-config.ts'
import { previousBackup, type WrittenBackup, writeBackup } from '../backup/write-backup.ts'
import { type Command, UsageError } from '../command-line/command.ts'
import { interruptible } from '../terminal/process-end.ts'
import { timeText } from '../terminal/time-text.ts'
import { byteText, TransferProgress } from '../terminal/transfer-progress.ts'
import { version } from '../version.ts'

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
    const config = storeConfig(values.data, io)
    const previous = values.previous === undefined ? undefined : await previousBackup(values.previous)
    const { openSnapshot } = await import('../../store/embedded/open-offline.ts')
    const written = await interruptible(async stop => {
      const takenAt = new Date()
      await using snapshot = await openSnapshot(config)
      const progress = new TransferProgress(process.stderr, 'backing up', packBytes(snapshot))
      try {
        return await writeBackup(
          snapshot,
          { target: resolve(target), previous, version: version(), takenAt },
          {
            signal: AbortSignal.any([stop, snapshot.lost]),
            onBytes: bytes => progress.more(bytes),
          },
        )
      } finally {
        progress.done()
      }
    })
    io.print(values.json ? asJson(target, written) : asText(target, written))
    return 0
  },
}

const packBytes = ({ packs }: StoreSnapshot) => packs.reduce((sum, { bytes }) => sum + bytes, 0)

const bytesOf = ({ manifest }: WrittenBackup) => manifest.files.reduce((sum, { bytes }) => sum + bytes, 0)

function asJson(target: string, written: WrittenBackup): string {
  const { manifest, sharedBytes } = written
  const { taken_at, files } = manifest
  return `${JSON.stringify({ target, taken_at, files: files.length, bytes: bytesOf(written), shared_bytes: sharedBytes })}\n`
}

function asText(target: string, written: WrittenBackup): string {
  const { manifest, sharedBytes } = written
  const shared = sharedBytes > 0 ? `, of which the previous one shares ${byteText(sharedBytes)}` : ''
  return `${target}: the store as it was at ${timeText(manifest.taken_at)}, ${manifest.files.length} files, ${byteText(bytesOf(written))}${shared}.\n`
}
