import { createServer } from 'node:net'
import { type ServerProcess, startServer } from './server-process.ts'

/** Below the ports that systems give to outgoing connections: there a client that tries again while nobody listens may be connected to itself, and keep the port. */
const PORTS = { from: 15_000, to: 30_000 }

/** A server that has the same URL after each restart, as clients that retry by themselves expect. */
export async function startServerOnPort(): Promise<ServerProcess> {
  const port = await freePort()
  // Of two flags of the same name the last one counts.
  return startServer({ under: ['sh', '-c', `exec "$@" --listen 127.0.0.1:${port}`, 'sh'] })
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from))
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer().once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
