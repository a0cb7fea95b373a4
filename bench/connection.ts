import { connect } from 'node:net'

/**
 * One HTTP connection that costs its client as little as possible: requests one by one, answers
 * without a body.
 */
export interface Connection extends AsyncDisposable {
  /** Sends a request; resolves to the head of the answer, which must have no body. */
  send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string | readonly string[]>>,
    body: Uint8Array,
  ): Promise<string>
}

const END_OF_HEAD = '\r\n\r\n'

/** Connects to a server. Calls of `send` must wait for the one before. */
export async function openConnection(host: string, port: number): Promise<Connection> {
  const socket = connect({ host, port, noDelay: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let received = ''
  let waiting: PromiseWithResolvers<string> | undefined
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text
    if (!received.endsWith(END_OF_HEAD)) return
    waiting?.resolve(received)
    received = ''
  })
  const failed = () => waiting?.reject(new Error(`the connection ended after ${JSON.stringify(received)}`))
  socket.on('error', failed).on('close', failed)
  return {
    send(method, path, headers, body) {
      waiting = Promise.withResolvers<string>()
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
      socket.cork()
      socket.write(
        `${method} ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nContent-Length: ${body.length}\r\n${lines.join('')}\r\n`,
      )
      socket.write(body)
      socket.uncork()
      return waiting.promise
    },
    [Symbol.asyncDispose]: async () => void socket.destroy(),
  }
}
