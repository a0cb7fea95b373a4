import { mkdtemp, open, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describePackStore, SUITE_PACK_BYTES } from '../../conformance/describe-pack-store.ts'
import { openLocalPackStore } from './local-pack-store.ts'
import { openPackDirectory } from './node-files.ts'

describePackStore('local', async () => {
  const path = await mkdtemp(join(tmpdir(), 'tailrace-packs-'))
  const directory = await openPackDirectory(join(path, 'a', 'b'))
  const packs = await openLocalPackStore({ directory, packEnd: async () => 0, packBytes: SUITE_PACK_BYTES })
  const fileOf = (pack: string) => join(path, 'a', 'b', `${pack}.zst`)
  return {
    packs,
    async overwrite(pack, position, bytes) {
      const file = await open(fileOf(pack), 'r+')
      await file.write(bytes, 0, bytes.byteLength, position)
      await file.close()
    },
    cut: (pack, bytes) => truncate(fileOf(pack), bytes),
    async [Symbol.asyncDispose]() {
      await packs[Symbol.asyncDispose]()
      await rm(path, { recursive: true })
    },
  }
})
