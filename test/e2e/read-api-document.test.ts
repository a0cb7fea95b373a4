/** `GET /openapi.json`, `/docs` and `/metrics`. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { OPERATIONS } from '../../src/contract/operations.ts'
import { startServer } from '../server-process.ts'
import { admin, assertRefused, send, uploader } from '../wire.ts'

const server = await startServer()
after(() => server.stop())
const caller = await admin(server)
const ROOT = join(import.meta.dirname, '../..')

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

test('every route that is served has an operation', async () => {
  await send(server.url, 'GET', '/healthz')
  assert.doesNotMatch(server.stderr, /no operation/)
})

test('every file of operations is in the list', () => {
  const listed = readFileSync(join(ROOT, 'src/contract/operations.ts'), 'utf8')
  for (const file of globSync('src/contract/operations/*.ts', { cwd: ROOT }))
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

test('the page for people names every operation and runs no script', async () => {
  const reply = await send(server.url, 'GET', '/docs')
  assert.equal(reply.status, 200)
  assert.match(String(reply.headers['content-security-policy']), /default-src 'none'/)
  assert.doesNotMatch(reply.text, /<script/)
  for (const { name } of OPERATIONS) assert.ok(reply.text.includes(`id="${name}"`), name)
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
