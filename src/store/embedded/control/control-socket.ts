import { open } from 'node:fs/promises'
import { join } from 'node:path'

/** The longest path of a socket on all systems (sockaddr_un: 104 bytes on macOS, 108 on Linux). */
const SOCKET_PATH_MAX_BYTES = 103
const SOCKET_NAME = 'control.sock'

/** The address of the socket in a data directory. Usable until it is disposed of. */
export interface ControlAddress extends AsyncDisposable {
  readonly path: string
}

/**
 * A path that is too long for a socket goes through an open directory (Linux). Rejects with the
 * system's error when the directory does not exist.
 */
export async function controlAddress(dataDirectory: string): Promise<ControlAddress> {
  const path = join(dataDirectory, SOCKET_NAME)
  if (Buffer.byteLength(path) <= SOCKET_PATH_MAX_BYTES) return { path, [Symbol.asyncDispose]: async () => {} }
  const directory = await open(dataDirectory, 'r')
  return {
    path: `/proc/self/fd/${directory.fd}/${SOCKET_NAME}`,
    [Symbol.asyncDispose]: () => directory.close(),
  }
}
