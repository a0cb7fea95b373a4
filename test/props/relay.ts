import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/**
 * An address that stays the same while the server that it leads to restarts at other addresses.
 */
export interface Relay extends AsyncDisposable {
  readonly url: string
  /**
   * Where connections go. Setting it cuts all connections; while it is undefined, new ones are cut
   * too.
   */
  target: string | undefined
}

export async function startRelay(target?: string): Promise<Relay> {
  let current = target
  const open = new Set<Socket>()
  const server = createServer(inner => {
    if (current === undefined) return void inner.destroy()
    const outer = connect(Number(new URL(current).port), '127.0.0.1')
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      open.add(from)
      from.on('error', () => {}).on('close', () => to.destroy() && open.delete(from))
      from.pipe(to)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    get target() {
      return current
    },
    set target(next) {
      current = next
      cut()
    },
    async [Symbol.asyncDispose]() {
      server.close()
      cut()
    },
  }
}
