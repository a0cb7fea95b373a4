/** What holds for every operation of the contract, whatever it does: generated from the list that the API document is made of. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import type { Operation } from '../../src/contract/operation.ts'
import { OPERATIONS } from '../../src/contract/operations.ts'
import { startServer } from '../server-process.ts'
import { admin, type BuildAnswer, type Caller, type Headers, uploader } from '../wire.ts'

const server = await startServer({
  env: { TAILRACE_CHANGES_PER_MINUTE: '0', TAILRACE_READS_PER_MINUTE: '0' },
})
after(() => server.stop())
const caller = await admin(server)

describe('every operation', async () => {
  const build = await caller.newBuild(2)
  await caller.append(build, 1, 0, 'some text\n')
  const callers: readonly Caller[] = [caller, uploader(server, build)]
  for (const operation of OPERATIONS)
    test(`${operation.method} ${operation.path} takes anything without failing or hanging`, async () => {
      await fc.assert(
        fc.asyncProperty(anyRequest(operation, build), fc.constantFrom(...callers), async (request, who) => {
          const wait = AbortSignal.timeout(15_000)
          const replied = who.send(operation.method, request.path, request.headers, request.body)
          const reply = await Promise.race([
            replied,
            new Promise<never>((_, no) => wait.addEventListener('abort', no)),
          ])
          assert.ok(reply.status < 500, `${reply.status} ${reply.text.slice(0, 300)}`)
        }),
        { numRuns: isStream(operation) ? 5 : 25 },
      )
    })
})

const JSON_TYPE = { 'Content-Type': 'application/json' }
/** Answers that last as long as the log: they are asked with bad values only. */
const isStream = ({ name }: Operation) => name.startsWith('follow-')

const GOOD: Readonly<Record<string, (build: BuildAnswer) => string>> = {
  record_id: build => build.record_id,
  job_id: build => build.job_id,
  build_project_id: build => build.job_id,
  build_no: build => String(build.build_no),
  build_number: build => String(build.build_no),
  step_id: () => '1',
}

const odd = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1',
    '1.5',
    '1e3',
    '0x10',
    'NaN',
    'true',
    'null',
    '%00',
    '..',
    "'",
    '{}',
    '[]',
    'stage1',
    'DESC',
    'AES',
    '9007199254740993',
    '99999999999999999999',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.stringMatching(/^[0-9a-z]{32}$/),
  fc.uuid(),
)
const oddJson = fc.oneof(
  fc.json(),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '{"__proto__":{"a":1}}',
    '[',
    '{"status":[]}',
    '{"steps":[{"name":{}}]}',
    '{"job_name":"x","steps":null}',
  ),
)

function anyRequest(operation: Operation, build: BuildAnswer) {
  const names = Object.keys((operation.query as { properties?: object } | undefined)?.properties ?? {})
  const pathValue = isStream(operation)
    ? odd.filter(one => one !== '1')
    : fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, odd)
  return fc
    .record({
      values: fc.array(pathValue, { minLength: 3, maxLength: 3 }),
      query: fc.array(
        fc.tuple(names.length === 0 ? fc.constant('x') : fc.constantFrom(...names, 'x', '__proto__'), odd),
        { maxLength: 8 },
      ),
      headers: fc.dictionary(
        fc.constantFrom(
          'Range',
          'If-None-Match',
          'If-Range',
          'Accept-Encoding',
          'Upload-Offset',
          'Upload-Checksum',
          'Last-Event-ID',
          'X-Project-Id',
          'Content-Type',
          'Tus-Resumable',
          'Origin',
        ),
        fc.stringMatching(/^[ -~]{0,30}$/),
        { maxKeys: 4 },
      ),
      body: oddJson,
    })
    .map(({ values, query, headers, body }) => {
      const left = [...values]
      const path = operation.path.replaceAll(/:(\w+)/g, (_, name: string) => {
        const value = left.shift()
        return value === undefined || value === ''
          ? (GOOD[name]?.(build) ?? 'x')
          : encodeURIComponent(value.toWellFormed())
      })
      const search = query
        .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`)
        .join('&')
      const hasBody =
        operation.method === 'POST' || operation.method === 'PATCH' || operation.method === 'PUT'
      return {
        path: `${path}${search === '' ? '' : `?${search}`}`,
        headers: { ...JSON_TYPE, ...headers } as Headers,
        ...(hasBody ? { body: body.toWellFormed() } : { body: undefined }),
      }
    })
}
