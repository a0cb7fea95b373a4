/**
 * Many followers of one log in a process of their own, so that they take no time from the test that
 * writes the log and kills the server. Forked with an IPC channel: the parent sends `CrowdOrder`,
 * later GO_ON; it is sent 'open' when every follower was connected once, and at the end
 * `CrowdReport`.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Followed, followToEnd } from './event-stream.ts'
import type { Headers } from './wire.ts'

/**
 * How a follower reads: `steadily`; breaking its connection off now and then; stopping for seconds
 * again and again; or, on each of its connections, nothing at all before GO_ON.
 */
export type Manner = 'steady' | 'restless' | 'halting' | 'still'

export interface CrowdOrder {
  readonly url: string
  readonly path: string
  readonly headers: Headers
  readonly followers: readonly { readonly manner: Manner; readonly from: number }[]
}

export type CrowdReport = readonly Followed[]

export const GO_ON = 'go on'

/**
 * A restless follower disconnects at about one in so many chunks, at other chunks for each
 * follower.
 */
const RESTLESS_AT_ONE_OF_CHUNKS = 97
const HALTING_AT_EVERY_CHUNK = 100
const HALT_MS = 3000

const goOn = Promise.withResolvers<void>()

async function followAll({ url, path, headers, followers }: CrowdOrder): Promise<CrowdReport> {
  let open = 0
  const following = followers.map(({ manner, from }, n) => {
    let isOpen = false
    let chunks = 0
    return followToEnd({ url }, path, headers, {
      from,
      onOpen: () => {
        if (!isOpen && ++open === followers.length) process.send!('open')
        isOpen = true
        return manner === 'still' ? goOn.promise : undefined
      },
      onChunk: async (end, response) => {
        chunks++
        if (manner === 'restless' && (end + n * 7919) % RESTLESS_AT_ONE_OF_CHUNKS === 0) response.destroy()
        if (manner === 'halting' && chunks % HALTING_AT_EVERY_CHUNK === 0)
          await Promise.race([sleep(HALT_MS), goOn.promise])
      },
    })
  })
  return Promise.all(following)
}

process.on('disconnect', () => process.exit(1))
process.on('message', async (message: CrowdOrder | typeof GO_ON) => {
  if (message === GO_ON) goOn.resolve()
  else process.send!(await followAll(message))
})
