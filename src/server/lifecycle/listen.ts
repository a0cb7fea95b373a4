import { createServer } from 'node:net'
import { errorMessage, systemErrorCode } from '../../contract/caught.ts'

interface Address {
  readonly host: string
  readonly port: number
}

/** Rejects with an error for people if a server cannot listen on this address now. */
export async function assertCanListen(address: Address): Promise<void> {
  const probe = createServer(socket => socket.destroy())
  await withReason(
    address,
    () =>
      new Promise<void>((resolve, reject) => {
        probe.once('error', reject)
        probe.listen(address.port, address.host, resolve)
      }),
  )
  await new Promise(closed => probe.close(closed))
}

/** Runs `listen`; its error then says what to do. */
export async function withReason({ host, port }: Address, listen: () => Promise<unknown>): Promise<void> {
  try {
    await listen()
  } catch (error) {
    const where = `${host.includes(':') ? `[${host}]` : host}:${port}`
    const isTaken = systemErrorCode(error) === 'EADDRINUSE'
    const reason = isTaken ? `something else listens on ${where}` : `${where}: ${errorMessage(error)}`
    throw new Error(`${reason}; choose another address with --listen`, { cause: error })
  }
}
