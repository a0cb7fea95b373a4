import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { Server as TlsServer } from 'node:https'
import { createSecureContext } from 'node:tls'
import { errorMessage } from '../../contract/caught.ts'
import { TailraceError } from '../../contract/errors.ts'
import type { TlsFiles } from '../config/config.ts'
import type { TlsKeyPair } from '../http/http-server.ts'

/**
 * Rejects with `invalid-parameter`, in one line for the person who starts the server, unless both
 * can be read and belong together.
 */
export async function readTlsFiles({ certFile, keyFile }: TlsFiles): Promise<TlsKeyPair> {
  try {
    const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)])
    createSecureContext({ cert, key })
    assertPair(cert, key)
    return { cert, key }
  } catch (error) {
    const reason = errorMessage(error)
    throw new TailraceError(
      'invalid-parameter',
      `The certificate ${certFile} and the key ${keyFile} cannot be used: ${reason}`,
    )
  }
}

/**
 * A secure context accepts a key of another type than the certificate's, and then fails every
 * handshake.
 */
function assertPair(cert: Buffer, key: Buffer): void {
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new Error('the key is not that of the certificate')
}

/**
 * Reads the files again, for new connections. If it rejects as `readTlsFiles` does, the server
 * keeps the old pair.
 */
export async function reloadTls(server: Server, files: TlsFiles): Promise<void> {
  const pair = await readTlsFiles(files)
  if (server instanceof TlsServer) server.setSecureContext(pair)
}

/** Calls `act` at each SIGHUP, which no longer ends the process until the result is disposed of. */
export function onHangUp(act: () => void): Disposable {
  process.on('SIGHUP', act)
  return { [Symbol.dispose]: () => void process.off('SIGHUP', act) }
}
