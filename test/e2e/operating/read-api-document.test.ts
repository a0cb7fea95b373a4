/** `GET /openapi.json`, `/docs` and `/metrics`. */

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { OPERATIONS } from '../../../src/contract/operations.ts'
import { startServer } from '../../props/server-process.ts'
import { assertRefused, send, uploader } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()
const ROOT = join(import.meta.dirname, '../../..')

test('every operation of the contract is served, and in the document', async () => {
  const document = (await send(server.url, 'GET', '/openapi.json')).json()
  assert.equal(document.openapi, '3.1.0')
  assert.equal(document.servers[0].url, server.url)
  for (const { method, path, name } of OPERATIONS) {
    const described = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    assert.equal(described?.operationId, name, `${method} ${path}`)
  }
})

test('a client that appends can be written from it: headers, body, answers, topics, roles', async () => {
  const { paths, tags } = (await send(server.url, 'GET', '/openapi.json')).json()
  const { patch, head, get } = paths['/api/v1/builds/{record_id}/steps/{step_id}/log']
  const headersOf = (operation: { parameters: readonly { name: string; in: string; required: boolean }[] }) =>
    operation.parameters.flatMap(one =>
      one.in === 'header' ? [`${one.name}${one.required ? '!' : ''}`] : [],
    )
  assert.deepEqual(headersOf(patch), ['Tus-Resumable!', 'Upload-Offset!', 'Upload-Checksum'])
  assert.ok('application/offset+octet-stream' in patch.requestBody.content)
  assert.ok('Upload-Offset' in patch.responses['204'].headers)
  for (const status of ['409', '412', '413', '415', '460']) assert.ok(status in patch.responses, status)
  assert.ok('Upload-Offset' in head.responses['200'].headers)
  assert.ok(headersOf(get).includes('Range'))
  const topics = tags.map(({ name }: { name: string }) => name)
  for (const methods of Object.values<Record<string, { tags: string[] }>>(paths))
    for (const operation of Object.values(methods))
      assert.deepEqual(operation.tags.filter(tag => topics.includes(tag)).length, 1)
  assert.equal(patch['x-required-role'], 'runner')
})

test('the document has no operation that the list of operations lacks', async () => {
  const { paths } = (await send(server.url, 'GET', '/openapi.json')).json()
  const listed = OPERATIONS.flatMap(({ name, head }) =>
    head === undefined ? [name] : [name, `${name}-head`],
  )
  const served = Object.values<Record<string, { operationId: string }>>(paths)
    .flatMap(methods => Object.values(methods))
    .map(({ operationId }) => operationId)
  assert.deepEqual(served.sort(), listed.sort())
})

test('every file of operations is in the list', () => {
  const listed = readFileSync(join(ROOT, 'src/contract/operations.ts'), 'utf8')
  for (const file of globSync('src/contract/operations/*/*.ts', { cwd: ROOT }))
    assert.ok(
      listed.includes(`./${file.replace('src/contract/', '')}`),
      `${file}: run tools/list-operations.ts`,
    )
})

test('every reference in the document leads somewhere, and parameters in paths are described', async () => {
  const text = (await send(server.url, 'GET', '/openapi.json')).text
  const document = JSON.parse(text)
  for (const [, reference = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const target = reference.split('/').reduce((place, name) => place?.[name], document)
    assert.ok(target !== undefined, reference)
  }
  for (const [path, methods] of Object.entries<
    Record<string, { parameters: { name: string; in: string }[] }>
  >(document.paths))
    for (const [, name = ''] of path.matchAll(/\{(\w+)\}/g))
      for (const [method, { parameters }] of Object.entries(methods))
        assert.ok(
          parameters.some(one => one.name === name && one.in === 'path'),
          `${method} ${path}: ${name}`,
        )
})

const LOG_PATH = '/api/v1/builds/{record_id}/steps/{step_id}/log'

interface Described {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
  readonly responses: Readonly<Record<string, { readonly headers?: object; readonly content?: object }>>
}

const headersOf = ({ parameters }: Described) =>
  parameters.filter(one => one.in === 'header').map(({ name, required }) => `${name}${required ? '' : '?'}`)
const answered = ({ responses }: Described, status: number) => Object.keys(responses[status]?.headers ?? {})

test('the document describes the headers of appending, asking for the head, and reading bytes', async () => {
  const document = (await send(server.url, 'GET', '/openapi.json')).json()
  const { patch, head, get, options } = document.paths[LOG_PATH]
  assert.deepEqual(headersOf(patch), ['Tus-Resumable', 'Upload-Offset', 'Upload-Checksum?'])
  assert.deepEqual(Object.keys(patch.requestBody.content), ['application/offset+octet-stream'])
  assert.deepEqual(answered(patch, 204), ['X-Request-Id', 'Upload-Offset', 'Tus-Resumable', 'Tus-Version'])
  assert.ok('Upload-Offset' in document.components.responses[409].headers)
  for (const status of [400, 401, 403, 404, 409, 412, 413, 415, 429, 460, 500, 503])
    assert.ok(status in patch.responses, String(status))
  const promised = ['Upload-Offset', 'Cache-Control', 'Upload-Length', 'Upload-Defer-Length', 'ETag', 'Vary']
  for (const name of promised) assert.ok(answered(head, 200).includes(name), name)
  const conditions = ['Range?', 'If-Range?', 'If-Match?', 'If-None-Match?', 'Accept-Encoding?']
  assert.deepEqual(headersOf(get), conditions)
  assert.deepEqual(
    Object.keys(get.responses).filter(status => Number(status) < 400 || /41[26]/.test(status)),
    ['200', '206', '304', '412', '416'],
  )
  for (const name of ['ETag', 'Content-Range', 'Vary', 'Content-Encoding'])
    assert.ok(answered(get, 206).includes(name), name)
  assert.ok(answered(options, 204).includes('Tus-Checksum-Algorithm'))
  for (const path of [`${LOG_PATH}/events`, '/api/v1/builds/{record_id}/events'])
    assert.deepEqual(headersOf(document.paths[path].get), ['Last-Event-ID?'])
})

test('the document groups operations, names their roles, and says that one field of two is required', async () => {
  const document = (await send(server.url, 'GET', '/openapi.json')).json()
  const tags = document.tags.map(({ name }: { name: string }) => name)
  const roles = new Set<string>()
  for (const methods of Object.values<Record<string, { tags: string[]; 'x-required-role': string }>>(
    document.paths,
  ))
    for (const described of Object.values(methods)) {
      assert.ok(described.tags.length === 1 && tags.includes(described.tags[0]))
      roles.add(described['x-required-role'])
    }
  assert.deepEqual([...roles].sort(), ['admin', 'any', 'none', 'reader', 'runner'])
  const { schema } = document.paths['/api/v1/builds'].post.requestBody.content['application/json']
  assert.deepEqual(schema.oneOf, [{ required: ['job_name'] }, { required: ['job_id'] }])
  assert.deepEqual(Object.keys(document.components.securitySchemes), [
    'token',
    'bearer',
    'signature',
    'session',
  ])
})

test('the page for people loads scripts from this server only, compressed if the client accepts it', async () => {
  const reply = await send(server.url, 'GET', '/docs')
  assert.equal(reply.status, 200)
  const policy = String(reply.headers['content-security-policy'])
  assert.match(policy, /^default-src 'none'; script-src 'self' 'sha256-[^']+'; /)
  assert.doesNotMatch(policy, /https?:|\*|unsafe-eval/)
  assert.doesNotMatch(reply.text, /https?:/)
  const [, script = ''] = /<script src="([^"]+)"/.exec(reply.text) ?? []
  const plain = await send(server.url, 'GET', `/${script}`)
  const gzipped = await send(server.url, 'GET', `/${script}`, { 'Accept-Encoding': 'gzip' })
  for (const { status, headers } of [plain, gzipped]) {
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'text/javascript;charset=UTF-8')
    assert.equal(headers.vary, 'Accept-Encoding')
  }
  assert.equal(gzipped.headers['content-encoding'], 'gzip')
  assert.ok(gunzipSync(gzipped.bytes).equals(plain.bytes))
})

test('a browser that opens the address is redirected to the page, other clients get the usual error', async () => {
  const browser = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
  assert.ok(server.stdout.includes(`${server.url}/docs\n`))
  const led = await send(server.url, 'GET', '/?x', browser)
  assert.deepEqual([led.status, led.headers.location], [303, '/docs'])
  for (const headers of [{}, { Accept: '*/*' }, { Accept: 'application/json' }])
    assertRefused(await send(server.url, 'GET', '/', headers), 404, 'APIGW.0101')
  assertRefused(await send(server.url, 'POST', '/', browser), 404, 'APIGW.0101')
  assertRefused(await send(server.url, 'GET', '/else', browser), 404, 'APIGW.0101')
  await using below = await startServer({ env: { TAILRACE_PUBLIC_URL: 'http://logs.example.org/tail/' } })
  for (const path of ['/', '/tail', '/tail/']) {
    const { status, headers } = await send(below.url, 'GET', path, browser)
    assert.deepEqual([status, headers.location], [303, '/tail/docs'], path)
  }
  assert.match(below.stdout, /^API reference: http:\/\/logs\.example\.org\/tail\/docs$/m)
})

test('metrics count what went in and out, for admins alone', async () => {
  const build = await caller.newBuild(1)
  await caller.append(build, 1, 0, 'x'.repeat(1234))
  await caller.page(build)
  const { text } = await caller.get('/metrics')
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  assert.equal(value('tailrace_log_bytes_appended_total'), 1234)
  assert.ok(value('tailrace_log_bytes_read_total') >= 1234)
  assert.match(
    text,
    /tailrace_http_request_duration_seconds_count\{method="PATCH",route="\/api\/v1\/builds\/:record_id\/steps\/:step_id\/log",status="204"\} 1/,
  )
  assert.match(text, /^tailrace_journal_append_duration_seconds_bucket\{le="\+Inf",outcome="stored"\} 1$/m)
  assertRefused(await send(server.url, 'GET', '/metrics'), 401, 'APIGW.0301')
  assertRefused(await uploader(server, build).get('/metrics'), 403, 'APIGW.0302')
})
