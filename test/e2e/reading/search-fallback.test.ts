import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { it } from 'node:test'
import { CommandLine } from '../../props/command-line.ts'
import { startFixture } from '../fixture.ts'

it('logs of a server without the search route are searched by the client', async () => {
  const { caller } = await startFixture()
  const build = await caller.newLog('one\nError two\nthree')
  const asked: string[] = []
  // A proxy that answers like an older server, in front of a real one.
  await using older = createServer(async (request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    if (path.includes('/search')) {
      response.writeHead(404, { 'Content-Type': 'application/json' })
      return void response.end('{"error_code":"APIGW.0101","error_msg":"m","request_id":"r"}')
    }
    const { range } = request.headers
    const tus = { 'Tus-Resumable': '1.0.0' }
    const reply = await caller.send(request.method ?? 'GET', path, { ...tus, ...(range && { Range: range }) })
    const { 'upload-offset': head, 'content-range': answered } = reply.headers
    response.writeHead(reply.status, {
      ...(head && { 'Upload-Offset': head }),
      ...(answered && { 'Content-Range': answered }),
    })
    response.end(reply.bytes)
  })
  older.listen(0, '127.0.0.1')
  await once(older, 'listening')
  using person = new CommandLine(`http://127.0.0.1:${(older.address() as { port: number }).port}`)
  const { code, stdout, stderr } = await person.run(['grep', '-i', 'ERROR', build.record_id])
  older.closeAllConnections()
  assert.deepEqual([code, stdout, stderr], [0, '2:Error two\n', ''])
  assert.ok(asked.some(path => path.includes('/log/search?')))
})
