import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type IncomingMessage, request } from 'node:http'
import type { Headers } from './wire.ts'

/** Server-sent events as any client sees them. */
export interface ReceivedEvent {
  readonly event: string
  readonly id: string | undefined
  readonly data: string
  // biome-ignore lint/suspicious/noExplicitAny: what an event holds is what the tests are about
  json(): any
}

/** Opens a stream on a connection of its own; resolves when its head is there. */
export function openStream(url: string, path: string, headers: Headers): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const sent = request({ hostname, port, path, headers: { ...headers } as never, agent: false })
    sent.on('response', resolve).on('error', reject).end()
  })
}

/** The events of a stream (WHATWG HTML, 9.2.6), to its end. Rejects when the connection breaks. */
export async function* eventsOf(
  response: IncomingMessage,
  onComment: (text: string) => void = () => {},
): AsyncGenerator<ReceivedEvent> {
  let fields = new Map<string, string>()
  for await (const line of linesOf(response)) {
    if (line.startsWith(':')) onComment(line.slice(1))
    else if (line === '') {
      const data = fields.get('data')
      if (data !== undefined)
        yield {
          event: fields.get('event') ?? 'message',
          id: fields.get('id'),
          data,
          json: () => JSON.parse(data),
        }
      fields = new Map()
    } else {
      const colon = line.indexOf(':')
      const [name, value] = [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
      fields.set(name, fields.has(name) ? `${fields.get(name)}\n${value}` : value)
    }
  }
}

/** Lines as the standard ends them: by "\n", "\r\n" or "\r". */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = ''
  for await (const text of response.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + text).split(/\r\n|\n|\r/)
    rest = lines.pop()!
    yield* lines
  }
}

/** What a follower of a log saw. */
export interface Followed {
  /** Where it stood at the end; from where it began, each byte was seen once. */
  readonly end: number
  readonly sha256: string
  /** Those that the server answered. */
  readonly connections: number
  readonly chunks: number
  /**
   * The data of `event: end`; undefined when the follower resumed at the end of a finished log and
   * got 204.
   */
  // biome-ignore lint/suspicious/noExplicitAny: what an event holds is what the tests are about
  readonly told: any
}

export interface FollowerOptions {
  /** The byte to begin at. */
  readonly from?: number
  /** Called for each connection; nothing is read from it before. */
  readonly onOpen?: () => Promise<void> | void
  /** Called for each chunk; the stream waits for it. */
  readonly onChunk?: (end: number, response: IncomingMessage) => Promise<void> | void
}

/**
 * Follows a log to its end as a browser does: after every break it resumes by Last-Event-ID. Fails
 * unless each chunk begins where the one before ended.
 */
export async function followToEnd(
  server: { readonly url: string },
  path: string,
  headers: Headers,
  { from = 0, onOpen = () => {}, onChunk = () => {} }: FollowerOptions = {},
): Promise<Followed> {
  const hash = createHash('sha256')
  let at = from
  let chunks = 0
  let lastId: string | undefined
  let connections = 0
  for (;;) {
    const followed = (told: unknown) => ({ end: at, sha256: hash.digest('hex'), connections, chunks, told })
    try {
      const resume: Headers = lastId === undefined ? {} : { 'Last-Event-ID': lastId }
      const response = await openStream(server.url, `${path}?from=${from}`, { ...headers, ...resume })
      connections++
      if (response.statusCode === 204) return followed(undefined)
      assert.equal(response.statusCode, 200)
      await onOpen()
      for await (const event of eventsOf(response)) {
        if (event.event === 'end') {
          response.destroy()
          return followed(event.json())
        }
        const { start, end, text } = event.json()
        assert.equal(start, at, 'a chunk begins where the one before ended')
        assert.equal(event.id, String(end))
        assert.equal(Buffer.byteLength(text), end - start)
        hash.update(text)
        at = end
        chunks++
        lastId = event.id
        await onChunk(end, response)
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
}
