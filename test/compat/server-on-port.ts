import { createServer } from 'node:net'
import { type ServerProcess, startServer } from '../server-process.ts'

/** A server that has the same URL after each restart, as clients that retry by themselves expect. */
export async function startServerOnPort(): Promise<ServerProcess> {
  const port = await freePort()
  // Of two flags of the same name the last one counts.
  return startServer({ under: ['sh', '-c', `exec "$@" --listen 127.0.0.1:${port}`, 'sh'] })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port)
        else reject(new Error('no port'))
      })
    })
  })
}
