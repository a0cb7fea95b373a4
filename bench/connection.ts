import { connect } from 'node:net'

/**
 * One HTTP connection that costs its client as little as possible. Answers must state the length of
 * their body.
 */
export interface Connection extends AsyncDisposable {
  /**
   * Sends a request and resolves to the answer, head and body, as Latin-1. Wait for each before the
   * next.
   */
  send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string | readonly string[]>>,
    body?: Uint8Array,
  ): Promise<string>
}

const END_OF_HEAD = '\r\n\r\n'
const NOTHING = new Uint8Array(0)

export async function openConnection(host: string, port: number): Promise<Connection> {
  const socket = connect({ host, port, noDelay: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let received = ''
  let wantedLength: number | undefined
  let waiting: PromiseWithResolvers<string> | undefined
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text
    wantedLength ??= answerLength(received)
    if (wantedLength === undefined || received.length < wantedLength) return
    waiting?.resolve(received)
    received = ''
    wantedLength = undefined
  })
  const failed = () => waiting?.reject(new Error(`the connection ended after ${JSON.stringify(received)}`))
  socket.on('error', failed).on('close', failed)
  return {
    send(method, path, headers, body = NOTHING) {
      waiting = Promise.withResolvers<string>()
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
      const length = method === 'GET' ? '' : `Content-Length: ${body.length}\r\n`
      socket.cork()
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\n${length}${lines.join('')}\r\n`)
      socket.write(body)
      socket.uncork()
      return waiting.promise
    },
    [Symbol.asyncDispose]: async () => void socket.destroy(),
  }
}

/**
 * How long the answer is that `received` begins, head and body; undefined until its head has come.
 */
function answerLength(received: string): number | undefined {
  const end = received.indexOf(END_OF_HEAD)
  if (end < 0) return undefined
  const body = /\r\ncontent-length: *(\d+)/i.exec(received.slice(0, end))?.[1] ?? '0'
  return end + END_OF_HEAD.length + Number(body)
}
