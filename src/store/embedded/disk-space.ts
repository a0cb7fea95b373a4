import { statfs } from 'node:fs/promises'
import type { DiskSpace } from '../../core/ports/capabilities.ts'

/** Of the file system that holds the path. Rejects with the system's error. */
export async function diskSpace(path: string): Promise<DiskSpace> {
  const { bsize, blocks, bfree, bavail } = await statfs(path)
  // A part that is kept back for root.
  const free = process.geteuid?.() === 0 ? bfree : bavail
  return { freeBytes: free * bsize, sizeBytes: blocks * bsize }
}
