import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Credentials, TailraceClient } from '../../../src/client/index.ts'
import { startRelay } from '../../props/relay.ts'
import { BOOTSTRAP, startServer } from '../../props/server-process.ts'
import { admin, sha256, signIn } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

const KEY: Credentials = { accessKey: BOOTSTRAP.ak, secretKey: BOOTSTRAP.sk }
const clientOf = (url = server.url, credentials: Credentials = KEY) =>
  new TailraceClient({ url, credentials })
const logOf = ({ job_id, build_no }: { job_id: string; build_no: number }, stepId = 1) => ({
  jobId: job_id,
  buildNo: build_no,
  stepId,
})
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `line ${from + n} of the log\n`).join('')

async function textOf(chunks: AsyncIterable<{ readonly text: string }>): Promise<string> {
  let text = ''
  for await (const chunk of chunks) text += chunk.text
  return text
}

describe('the client of the package', () => {
  it('reads with a token, an access key, or user and password', async () => {
    const build = await caller.newLog('one\ntwo\n')
    const { domain, project, user, password } = BOOTSTRAP
    const token = await signIn(server.url)
    for (const credentials of [{ token }, KEY, { domain, project, user, password }])
      assert.equal(await textOf(clientOf(server.url, credentials).readLog(logOf(build))), 'one\ntwo\n')
  })

  it('reads a log of many pages, all of it, from an offset, or its last lines', async () => {
    const log = lines(0, 3_500)
    const build = await caller.newLog(log)
    const read = (options: object) => textOf(clientOf().readLog(logOf(build), options))
    assert.equal(await read({}), log)
    assert.equal(await read({ from: log.length - 5 }), log.slice(-5))
    for (const lastLines of [0, 1, 1000, 1001, 2_500, 9_000])
      assert.equal(await read({ lastLines }), lines(Math.max(0, 3_500 - lastLines), 3_500))
  })

  it('ends at the log as it is, or follows until it is finished', async () => {
    const build = await caller.newLog('first\nunfinished', { live: true })
    assert.equal(await textOf(clientOf().readLog(logOf(build))), 'first\n')
    const chunks = clientOf().readLog(logOf(build), { follow: true, lastLines: 1, pollMs: 20 })
    assert.deepEqual((await chunks.next()).value, { start: 0, end: 6, text: 'first\n' })
    await caller.append(build, 1, 16, ' no more\n')
    await caller.finishStep(build, 1)
    assert.equal(await textOf(chunks), 'unfinished no more\n')
  })

  it('asks whether to wait on when there is nothing new', async () => {
    const build = await caller.newLog('so far\n', { live: true })
    let asked = 0
    const options = { follow: true, pollMs: 1, whileSilent: () => ++asked < 3 }
    assert.equal(await textOf(clientOf().readLog(logOf(build), options)), 'so far\n')
    assert.equal(asked, 3)
  })

  it('uploads what a log lacks, and reports its progress', async () => {
    const bytes = Buffer.from(lines(0, 60_000))
    const build = await caller.newLog(bytes.subarray(0, 100_000), { live: true })
    const step = { recordId: build.record_id, stepId: 1 }
    const heads: number[] = []
    const options = { chunkBytes: 500_000, onProgress: (head: number) => void heads.push(head) }
    assert.equal(await clientOf().uploadLog(step, new Blob([bytes]), options), bytes.length)
    assert.deepEqual([heads[0], heads[1], heads.at(-1)], [100_000, 600_000, bytes.length])
    async function* again() {
      for (let at = 0; at < bytes.length; at += 99_991) yield bytes.subarray(at, at + 99_991)
    }
    assert.equal(await clientOf().uploadLog(step, again()), bytes.length)
    await assert.rejects(clientOf().uploadLog(step, new Blob(['short'])), { code: 'offset-conflict' })
    const proof = { status: 'SUCCESS', size: bytes.length, sha256: sha256(bytes) }
    assert.equal((await clientOf().finishStep(step, proof)).verified, true)
  })

  it('downloads the bytes as they are, with their hash once they are sealed', async () => {
    const bytes = Buffer.from([0xff, 0x00, ...Buffer.from('\r\n\u001b[31mred'), 0xc3])
    const build = await caller.newLog(bytes)
    const step = { recordId: build.record_id, stepId: 1 }
    const { body, head, sealed, sha256: hash } = await clientOf().downloadLog(step)
    assert.deepEqual(Buffer.from(await new Response(body).arrayBuffer()), bytes)
    assert.deepEqual([head, sealed, hash], [bytes.length, true, sha256(bytes)])
    const end = await clientOf().downloadLog(step, { from: bytes.length })
    assert.equal(await new Response(end.body).text(), '')
  })
})

describe('a server that is killed', () => {
  it('is waited for by a reader, which sees each line once', async () => {
    const { server: killed, caller: writer } = await startFixture()
    await using relay = await startRelay(killed.url)
    const build = await writer.newLog(lines(0, 500), { live: true })
    const failures: string[] = []
    const onRetry = ({ name }: Error) => void failures.push(name)
    const chunks = clientOf(relay.url).readLog(logOf(build), { follow: true, pollMs: 20, onRetry })
    let text = (await chunks.next()).value?.text ?? ''
    const rest = textOf(chunks)
    await killed.kill('SIGKILL')
    relay.target = undefined
    while (failures.length === 0) await new Promise(resolve => setTimeout(resolve, 10))
    await killed.restart()
    relay.target = killed.url
    const at = Buffer.byteLength(lines(0, 500))
    assert.equal((await writer.append(build, 1, at, lines(500, 1_500))).status, 204)
    assert.equal((await writer.finishStep(build, 1)).status, 200)
    text += await rest
    assert.equal(text, lines(0, 1_500))
    assert.ok(failures.every(name => name === 'ServerUnreachable'))
  })

  it('costs an upload and a download nothing but time', async () => {
    await using killed = await startServer()
    await using relay = await startRelay(killed.url)
    const bytes = Buffer.from(lines(0, 400_000))
    const build = await (await admin(killed)).newBuild()
    const step = { recordId: build.record_id, stepId: 1 }
    const client = new TailraceClient({ url: relay.url, credentials: KEY, retries: 20 })
    const away = async () => {
      await killed.kill('SIGKILL')
      relay.target = undefined
      await killed.restart()
      relay.target = killed.url
    }
    let restarted: Promise<void> | undefined
    const onProgress = (head: number) => {
      if (head > 2_000_000) restarted ??= away()
    }
    const options = { chunkBytes: 200_000, onProgress }
    assert.equal(await client.uploadLog(step, new Blob([bytes]), options), bytes.length)
    await restarted
    restarted = undefined
    const { body } = await client.downloadLog(step)
    const got: Uint8Array[] = []
    for await (const part of body) {
      got.push(part)
      if (got.length === 5) await away()
    }
    assert.equal(sha256(Buffer.concat(got)), sha256(bytes))
  })
})
