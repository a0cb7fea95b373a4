import { chmod, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { isTailraceError } from '../../../contract/errors.ts'
import type { TakeSnapshot } from '../snapshot/store-snapshots.ts'
import { controlAddress } from './control-socket.ts'

/**
 * Gives a snapshot of the store to each process that connects to the socket in the data directory,
 * which only the server's user and root can. The answer is one line of JSON with the places of the
 * snapshot, which stays until the connection ends. Rejects with the system's error when the socket
 * cannot be made. Disposing of it ends all connections and waits until their snapshots are gone.
 */
export async function serveControl(
  dataDirectory: string,
  takeSnapshot: TakeSnapshot,
  onError: (error: unknown) => void,
): Promise<AsyncDisposable> {
  await using starting = new AsyncDisposableStack()
  const { path } = starting.use(await controlAddress(dataDirectory))
  // We hold the catalog's lock, so a socket that exists was left by a killed server.
  await rm(path, { force: true })
  const connections = new Map<Socket, Promise<void>>()
  const server = createServer({ allowHalfOpen: true }, socket => {
    const served = giveSnapshot(socket, takeSnapshot)
      .catch(onError)
      .finally(() => connections.delete(socket))
    connections.set(socket, served)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  starting.defer(() => rm(path, { force: true }))
  await chmod(path, 0o600)
  starting.defer(async () => {
    server.close()
    for (const socket of connections.keys()) socket.destroy()
    await Promise.all(connections.values())
  })
  const ending = starting.move()
  return { [Symbol.asyncDispose]: () => ending.disposeAsync() }
}

async function giveSnapshot(socket: Socket, takeSnapshot: TakeSnapshot): Promise<void> {
  const ended = new Promise<void>(resolve => {
    socket.once('end', () => resolve())
    socket.once('close', () => resolve())
  })
  socket.on('error', () => {})
  socket.resume()
  try {
    await using snapshot = await takeSnapshot()
    const { directory, packsDirectory, packs } = snapshot
    socket.write(`${JSON.stringify({ directory, packsDirectory, packs })}\n`)
    await ended
  } catch (error) {
    const isTold = isTailraceError(error)
    socket.write(
      `${JSON.stringify({ error: isTold ? error.message : 'The server could not copy its store.' })}\n`,
    )
    if (!isTold || error.cause !== undefined) throw error
  } finally {
    // Last, so that a process that waited for this can ask for the next snapshot.
    socket.end()
  }
}
