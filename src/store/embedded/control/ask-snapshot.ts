import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { errorMessage, systemErrorCode } from '../../../contract/caught.ts'
import { TailraceError } from '../../../contract/errors.ts'
import type { StoreSnapshot } from '../snapshot/store-snapshots.ts'
import { controlAddress } from './control-socket.ts'

/** A snapshot from the store's server. */
export interface GivenSnapshot extends StoreSnapshot {
  /** Aborts when the server ends before the snapshot is disposed of: then packs may be dropped. */
  readonly lost: AbortSignal
}

/**
 * Asks the server of a data directory for a snapshot of its store. Resolves to undefined when no
 * server answers. Rejects with `store-unavailable` when the server cannot give one or the caller
 * may not use its socket, and with the system's error.
 */
export async function askSnapshot(dataDirectory: string): Promise<GivenSnapshot | undefined> {
  const socket = await connected(dataDirectory)
  if (socket === undefined) return undefined
  const lost = new AbortController()
  socket.on('error', () => {})
  socket.once('close', () =>
    lost.abort(new TailraceError('store-unavailable', 'The server ended meanwhile: its packs may change.')),
  )
  const answer = await firstLine(socket)
  if (answer === undefined || 'error' in answer) {
    socket.destroy()
    throw new TailraceError('store-unavailable', answer?.error ?? 'The server ended meanwhile.')
  }
  return {
    ...answer,
    lost: lost.signal,
    [Symbol.asyncDispose]: async () => {
      // The server ends the connection when the snapshot is gone.
      socket.end()
      if (!socket.closed) await once(socket, 'close')
    },
  }
}

const NO_SERVER: readonly unknown[] = ['ENOENT', 'ECONNREFUSED']

async function connected(dataDirectory: string): Promise<Socket | undefined> {
  try {
    await using address = await controlAddress(dataDirectory)
    const socket = connect(address.path)
    await once(socket, 'connect')
    return socket
  } catch (error) {
    if (NO_SERVER.includes(systemErrorCode(error))) return undefined
    if (systemErrorCode(error) === 'EACCES')
      throw new TailraceError(
        'store-unavailable',
        `${errorMessage(error)}: run it as the server's user.`,
        {},
        { cause: error },
      )
    throw error
  }
}

type Answer = Pick<StoreSnapshot, 'directory' | 'packsDirectory' | 'packs'> | { readonly error: string }

function firstLine(socket: Socket): Promise<Answer | undefined> {
  const { promise, resolve } = Promise.withResolvers<Answer | undefined>()
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (more: string) => {
    text += more
    if (text.endsWith('\n')) resolve(JSON.parse(text))
  })
  socket.once('close', () => resolve(undefined))
  return promise
}
