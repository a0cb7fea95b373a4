/** What docs/operations.md says in tables, held against the server. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SETTINGS } from '../../../src/server/config/settings.ts'
import { startServer } from '../../props/server-process.ts'
import { admin } from '../../props/wire.ts'

const ROOT = join(import.meta.dirname, '../../..')
const TEXT = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')

/** The first two cells of each row that begins with a code word of this form. */
function rows(form: RegExp): Map<string, string> {
  const found = [...TEXT.matchAll(/^\| `([^`]+)` \| ([^|]*) \|/gm)].filter(([, name = '']) => form.test(name))
  assert.equal(new Set(found.map(([, name]) => name)).size, found.length, 'each has one row')
  return new Map(found.map(([, name = '', second = '']) => [name, second]))
}

function shown(fallback: unknown): string {
  if (fallback === undefined || (Array.isArray(fallback) && fallback.length === 0)) return 'not set'
  if (typeof fallback === 'boolean') return fallback ? '`on`' : '`off`'
  if (typeof fallback !== 'object' || Array.isArray(fallback)) return `\`${fallback}\``
  const { host, port } = fallback as typeof SETTINGS.listen.fallback
  return `\`${host}:${port}\``
}

test('the table of settings has every setting, with its default, and no other', () => {
  const expected = Object.values(SETTINGS).map(({ env, fallback }) => [env, shown(fallback)] as const)
  assert.deepEqual(rows(/^TAILRACE_/), new Map(expected))
})

test('the table of metrics has every metric of the server, with its type, and no other', async () => {
  await using server = await startServer()
  const { text } = await (await admin(server)).get('/metrics')
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(
    ([, name = '', type = '']) => [name, type] as const,
  )
  const misnamed = types.filter(([name, type]) => name.endsWith('_total') !== (type === 'counter'))
  assert.deepEqual(misnamed, [], 'a counter, and nothing else, ends with _total')
  const own = types.filter(([name]) => !/^(process|nodejs)_/.test(name))
  assert.ok(own.length > 0)
  assert.deepEqual(rows(/^tailrace_/), new Map(own))
})

test('both units of deployment start the server and set only what it knows', () => {
  const known = new Set<string>(Object.values(SETTINGS).map(({ env }) => env))
  for (const file of ['Dockerfile', 'deploy/tailrace.service']) {
    const text = readFileSync(join(ROOT, file), 'utf8')
    assert.match(text, /bin\/tailrace\.js/)
    const named = text.match(/TAILRACE_[A-Z_]+/g) ?? []
    assert.ok(named.length > 0)
    for (const name of named) assert.ok(known.has(name), `${name} in ${file}`)
  }
})

test('every message that the troubleshooting table quotes is one of the sources', () => {
  const sources = globSync('src/**/*.ts', { cwd: ROOT, exclude: ['**/*.test.ts'] })
    .map(file => readFileSync(join(ROOT, file), 'utf8'))
    .join('\n')
  const table = TEXT.slice(TEXT.indexOf('## Troubleshooting'), TEXT.indexOf('**Disk full.**'))
  const quoted = [...table.matchAll(/^\| ([^|]*) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, message = '']) => message),
  )
  // What the server fills in is written as …, ... or a word in capitals.
  const fixedParts = quoted.flatMap(message => message.split(/\.\.\.|…|\b[A-Z]+\b/)).map(part => part.trim())
  const checked = fixedParts.filter(part => part.length > 5 && !part.startsWith('/'))
  assert.ok(checked.length > 15)
  for (const part of checked) assert.ok(sources.includes(part), part)
})
