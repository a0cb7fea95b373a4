import type { OpenThreadPacks, ThreadPacks } from '../../core/ports/store.ts'
import { openPackDirectory } from '../local/packs/node-files.ts'
import { createPackReader } from '../local/packs/pack-reader.ts'

/** The packs in this directory, for a thread of the process that has the store open. */
export const threadPacks = (packsDirectory: string): ThreadPacks => ({
  module: import.meta.url,
  data: packsDirectory,
})

/** Called in such a thread; each opened reader has files of its own. */
export const openThreadPacks: OpenThreadPacks = async (packsDirectory, limits) => {
  const directory = await openPackDirectory(packsDirectory as string)
  const packs = createPackReader({ directory, endOf: () => undefined, ...limits })
  return { read: frame => packs.read(frame), [Symbol.asyncDispose]: () => packs.close() }
}
