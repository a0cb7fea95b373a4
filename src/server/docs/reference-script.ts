import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

const WORKER = new URL(`./reference-script-worker${extname(import.meta.filename)}`, import.meta.url)

/**
 * Loads the script of the API reference as gzip (1.4 MB). The package has it as a string of 5 MB in
 * a module, which would stay in memory for good: it is loaded in a thread that ends afterwards.
 */
async function load(): Promise<Buffer> {
  const worker = new Worker(WORKER)
  try {
    const [gzipped] = (await once(worker, 'message')) as [Uint8Array]
    return Buffer.from(gzipped.buffer, gzipped.byteOffset, gzipped.byteLength)
  } finally {
    await worker.terminate()
  }
}

/** Returns a reader that loads the script at its first call. A failed load is tried again. */
export function createScriptReader(): () => Promise<Buffer> {
  let loading: Promise<Buffer> | undefined
  return () => {
    loading ??= load().catch(error => {
      loading = undefined
      throw error
    })
    return loading
  }
}
