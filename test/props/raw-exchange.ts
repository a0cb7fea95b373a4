import { connect } from 'node:net'

/** What the client does once all is written: waits for the answer, ends its side, or goes away. */
export type Ending = 'wait' | 'end' | 'leave'

/** Longer than any answer takes; shorter than the server waits for a silent client. */
const HANGS_MS = 60_000
const STREAM = /^content-type: text\/event-stream/im

/**
 * Sends bytes as they are on a connection of their own, and resolves to all that came back until it
 * ended; of an event stream, to what came first. Rejects when it does not end.
 */
export function rawExchange(url: string, bytes: Uint8Array, ending: Ending = 'wait'): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: ending === 'end' })
    const late = setTimeout(() => {
      reject(new Error(`no end after ${JSON.stringify(answer.slice(0, 300))}`))
      socket.destroy()
    }, HANGS_MS)
    socket.setEncoding('latin1').on('data', text => {
      answer += text
      if (STREAM.test(answer)) socket.destroy()
    })
    socket.on('end', () => socket.end())
    // A server that has answered may reset the rest of what is sent.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(late)
      resolve(answer)
    })
    socket.write(bytes, () => {
      if (ending === 'leave') socket.destroy()
      if (ending === 'end') socket.end()
    })
  })
}

/**
 * Sends a request, goes away as soon as the first bytes of its answer are there, and resolves to
 * them.
 */
export function leaveEarly(url: string, bytes: Uint8Array): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    socket.setTimeout(HANGS_MS, () => reject(new Error('no answer begins')))
    let begin = ''
    socket.setEncoding('latin1').once('data', text => {
      begin = String(text)
      socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(begin))
  })
}

/** The status of the first answer that is a final one; undefined where none came. */
export function statusOf(answer: string): number | undefined {
  for (const [, status] of answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm))
    if (Number(status) >= 200) return Number(status)
  return undefined
}
