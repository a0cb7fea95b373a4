import { rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory, writeWholeFile } from '../../files/write-whole-file.ts'
import { readKeyFile } from './secret-key.ts'

/**
 * A key file is replaced in three steps: the new key is written next to it, the store is sealed
 * with the new key in one transaction, and the new file takes the old one's name. After a crash
 * between them `settleKeyFile` completes the change.
 */
const nextOf = (keyFile: string) => `${keyFile}.next`

/**
 * Writes a secret durably next to the key file, whole or not at all, readable only by the owner of
 * the key file. Only one process may do so at a time.
 */
export async function proposeKeyFile(keyFile: string, secret: Uint8Array): Promise<void> {
  const { uid, gid } = await stat(keyFile)
  await writeWholeFile(nextOf(keyFile), `${Buffer.from(secret).toString('hex')}\n`, {
    mode: 0o600,
    // Otherwise the server's own user could not read a file that root made.
    ...(process.getuid?.() === 0 && { owner: { uid, gid } }),
  })
}

/** Puts the proposed key file in the place of the old one. */
export async function adoptKeyFile(keyFile: string): Promise<void> {
  await rename(nextOf(keyFile), keyFile)
  await syncDirectory(dirname(keyFile))
}

/**
 * Completes a replacement that was interrupted: the proposed key is adopted if only it is right,
 * and dropped if the old one still is. If neither is right, both stay. Rejects like
 * `loadSecretKey`.
 */
export async function settleKeyFile(
  keyFile: string,
  isRight: (secret: Uint8Array) => boolean,
): Promise<void> {
  const proposed = await readKeyFile(nextOf(keyFile))
  if (proposed === undefined) return
  const current = await readKeyFile(keyFile)
  if (current !== undefined && isRight(current)) await rm(nextOf(keyFile))
  else if (isRight(proposed)) await adoptKeyFile(keyFile)
}
