import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const answers = new WeakMap<Socket, number>()

/** Requests of one connection that may be under way at once; a client that pipelines more is cut off. */
const PIPELINED_MAX = 16

/** Counts the requests of a connection that are not answered yet. False, and the connection is cut, when they are too many. */
export function beginAnswer({ socket }: IncomingMessage, response: ServerResponse): boolean {
  const before = answers.get(socket) ?? 0
  if (before >= PIPELINED_MAX) {
    socket.destroy()
    return false
  }
  answers.set(socket, before + 1)
  response.once('close', () => answers.set(socket, (answers.get(socket) ?? 1) - 1))
  return true
}

/** True while a request of this connection waits for its answer, or for the rest of it. */
export function isAnswering(socket: Socket): boolean {
  return (answers.get(socket) ?? 0) > 0
}
