import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { DetailedError, Upload } from 'tus-js-client'
import type { ServerProcess } from '../props/server-process.ts'
import { startServerOnPort } from '../props/server-process.ts'
import { admin, type BuildAnswer, type Caller, logPath, sha256, uploader } from '../props/wire.ts'

const MIB = 1024 * 1024
const LOG = logOf(6 * MIB + 1234, 'compiling')

let server: ServerProcess
let caller: Caller

before(async () => {
  server = await startServerOnPort()
  caller = await admin(server)
})
after(async () => {
  await server.stop()
})

/** Numbered lines, so that no two places of it are alike. */
function logOf(bytes: number, word: string): Buffer {
  const lines: string[] = []
  for (let n = 0, size = 0; size < bytes; n++) {
    const line = `[INFO] ${word} unit ${n} of the project, with its own options\n`
    lines.push(line)
    size += line.length
  }
  return Buffer.from(lines.join('')).subarray(0, bytes)
}

function* chunks(log: Buffer): Iterable<Buffer> {
  for (let at = 0; at < log.length; at += 10_000) yield log.subarray(at, at + 10_000)
}

type Options = ConstructorParameters<typeof Upload>[1]
type Source = ConstructorParameters<typeof Upload>[0]

/**
 * What the client must know of a log: its URL, and that its length is known when the step ends.
 */
function optionsFor(build: BuildAnswer): Options {
  return {
    uploadUrl: build.steps[0]!.log_url,
    headers: { 'X-Auth-Token': build.upload_token },
    uploadLengthDeferred: true,
    chunkSize: MIB,
    retryDelays: null,
  }
}

interface Outcome {
  /** Each request: its method and the status it was answered with. */
  readonly requests: readonly string[]
}

/** Uploads until the client calls it done; rejects with the client's own error. */
function upload(source: Source, options: Options): Promise<Outcome> {
  const requests: string[] = []
  return new Promise((resolve, reject) => {
    new Upload(source, {
      ...options,
      onAfterResponse: (request, response) => {
        requests.push(`${request.getMethod()} ${response.getStatus()}`)
      },
      onSuccess: () => resolve({ requests }),
      onError: reject,
    }).start()
  })
}

/** Uploads and aborts in the middle of a request, after more than `bytes` were sent. */
function uploadUntil(bytes: number, log: Buffer, options: Options): Promise<void> {
  return new Promise((resolve, reject) => {
    const running: Upload = new Upload(log, {
      ...options,
      onProgress: sent => {
        if (sent > bytes && sent < log.length) running.abort().then(resolve, reject)
      },
      onSuccess: () => reject(new Error('the upload ended before it was aborted')),
      onError: reject,
    })
    running.start()
  })
}

async function assertStored(build: BuildAnswer, log: Buffer): Promise<void> {
  const reply = await caller.get(logPath(build, 1))
  assert.equal(reply.status, 200)
  assert.equal(reply.bytes.length, log.length)
  assert.equal(sha256(reply.bytes), sha256(log))
}

/** Finishes the step with the writer's length and digest, which must be those of what is stored. */
async function seal(build: BuildAnswer, log: Buffer): Promise<void> {
  const reply = await caller.finishStep(build, 1, {
    status: 'SUCCESS',
    size: log.length,
    sha256: sha256(log),
  })
  assert.equal(reply.status, 200, reply.text)
  assert.equal(reply.json().verified, true)
}

test('an upload aborted in the middle of a request resumes at the head of the log', async () => {
  const build = await caller.newBuild()
  await uploadUntil(2 * MIB, LOG, optionsFor(build))
  const head = await uploader(server, build).head(build)
  assert.ok(head >= 2 * MIB && head < LOG.length, `the head is ${head}`)
  await uploadUntil(4 * MIB, LOG, optionsFor(build))
  await upload(LOG, optionsFor(build))
  await assertStored(build, LOG)
  await seal(build, LOG)
})

test('an upload resumes on its own after the server is killed and restarted', async () => {
  const build = await caller.newBuild()
  let restarted: Promise<void> | undefined
  const { requests } = await upload(LOG, {
    ...optionsFor(build),
    retryDelays: Array.from({ length: 50 }, () => 200),
    onProgress: sent => {
      if (sent > 3 * MIB) restarted ??= server.kill('SIGKILL').then(() => server.restart())
    },
  })
  assert.notEqual(restarted, undefined)
  await restarted
  assert.ok(requests.filter(request => request.startsWith('HEAD')).length >= 2, requests.join(', '))
  await assertStored(build, LOG)
  await seal(build, LOG)
})

test('a stream of unknown length, sent by POST in place of PATCH, arrives whole', async () => {
  const build = await caller.newBuild()
  // The client reads Node's streams, though its types name only those of browsers.
  const stream = Readable.from(chunks(LOG), { objectMode: false }) as unknown as Source
  const { requests } = await upload(stream, { ...optionsFor(build), overridePatchMethod: true })
  assert.equal(requests[0], 'HEAD 200')
  assert.deepEqual([...new Set(requests.slice(1))], ['POST 204'])
  await assertStored(build, LOG)
  await seal(build, LOG)
})

test('an upload of a sealed log is done at once and changes nothing', async () => {
  const build = await caller.newBuild()
  await upload(LOG, optionsFor(build))
  await seal(build, LOG)
  for (const log of [LOG, logOf(LOG.length, 'linking')]) {
    const { requests } = await upload(log, { ...optionsFor(build), uploadLengthDeferred: false })
    assert.deepEqual(requests, ['HEAD 200'])
  }
  await assertStored(build, LOG)
})

test('the client reports an error with its status: no token, unknown step', async () => {
  const build = await caller.newBuild()
  const refused = (options: Options, status: number) =>
    assert.rejects(upload(LOG, options), (error: unknown) => {
      assert.ok(error instanceof DetailedError)
      assert.equal(error.originalResponse?.getStatus(), status)
      return true
    })
  await refused({ ...optionsFor(build), headers: {} }, 401)
  await refused({ ...optionsFor(build), uploadUrl: `${server.url}${logPath(build, 2)}` }, 404)
  assert.equal(await uploader(server, build).head(build), 0)
})
