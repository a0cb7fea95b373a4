import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'
import { TailraceClient } from '../../client/tailrace-client.ts'
import { Deadline } from './deadline.ts'
import { LiveLog } from './live-log.ts'
import { LogShipment } from './log-shipment.ts'

const META = {
  url: '',
  recordId: '8d3f2a1e-0000-4000-8000-000000000001',
  jobName: 'job',
  stepName: 'make',
  joins: false,
  finishesBuild: true,
}

describe('what is reported of a delivery', () => {
  it('repeats what the server says once, and again if the log is not delivered', async () => {
    const http = createServer((_, response) =>
      response.writeHead(503).end('{"error_code":"TR.UNAVAILABLE","error_msg":"The journal is full."}'),
    )
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    const url = `http://127.0.0.1:${(http.address() as { port: number }).port}`
    const credentials = { token: 'token' }
    const client = new TailraceClient({ url, credentials, retries: 0 })
    const log = new LiveLog({
      spoolMaxBytes: 1024,
      waitMs: 0,
      describeGap: () => Buffer.alloc(0),
      onSpoolFailed: () => {},
    })
    await log.append(Buffer.from('a log\n'))
    const deadline = new Deadline(0)
    const reported: string[] = []
    const twice = Promise.withResolvers<void>()
    let requests = 0
    http.on('request', () => ++requests === 3 && twice.resolve())
    const shipment = new LogShipment(
      { log, entry: undefined, remove: async () => {} },
      {
        connection: { url, credentials, client },
        meta: META,
        deadline,
        idsFile: undefined,
        spool: '/dev/null/spool',
        usualSpool: '/dev/null/spool',
        namedJob: undefined,
        warn: text => reported.push(text),
      },
    )
    await twice.promise
    deadline.giveUp()
    await shipment.finish('SUCCESS')
    assert.deepEqual(reported, [
      'the server answered: The journal is full; the log is kept in memory and will be sent later',
      '6 of 6 bytes of the log are undelivered (the server answered: The journal is full), and the spool does not have all of them',
    ])
    http.closeAllConnections()
    http.close()
  })
})
