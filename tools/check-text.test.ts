import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkComments, checkLinks } from './check-text.ts'

const PAGES: Readonly<Record<string, string>> = {
  'docs/api.md': '# API\n\n## §1 Every request\n\n### 1.2 Errors\n',
  'src/core/a.ts': 'export function readPage() {}\n',
}
const read = (path: string) => PAGES[path]
const ofComments = (source: string) => checkComments(source, read).map(({ line, what }) => `${line}: ${what}`)
const ofLinks = (text: string) => checkLinks('docs/page.md', text, read).map(({ what }) => what)

test('a comment that passes column 100 is found, code of any width is not', () => {
  const long = 'word '.repeat(30)
  assert.deepEqual(ofComments(`const a = 1\n// ${long}\n/**\n * ${long}\n */\nconst b = '${long}'\n`), [
    '2: a comment of 153 columns',
    '4: a comment of 153 columns',
  ])
})

test('an address that no line can hold may pass column 100', () => {
  assert.deepEqual(ofComments(`// See https://example.org/${'a'.repeat(100)}\n`), [])
})

test('a page or a section that a comment cites must be there', () => {
  assert.deepEqual(ofComments('// docs/api.md §1, docs/api.md §1.2 and docs/api.md\n'), [])
  assert.deepEqual(ofComments('// docs/api.md §9\n'), ['1: cites docs/api.md §9, which it lacks'])
  assert.deepEqual(ofComments('// (contract.md §1)\n'), [
    '1: cites contract.md, which is not in the repository',
  ])
})

test('a text in quotes is no comment', () => {
  assert.deepEqual(ofComments("const file = 'docs/none.md'\n"), [])
})

test('a link must lead to a file, an anchor of it, and the name that it shows', () => {
  assert.deepEqual(
    ofLinks('[`readPage`](../src/core/a.ts) [errors](api.md#12-errors) [x](https://example.org/y)'),
    [],
  )
  assert.deepEqual(ofLinks('[a](none.md)'), ['links to docs/none.md, which is missing'])
  assert.deepEqual(ofLinks('[a](api.md#none)'), ['links to docs/api.md#none, which it lacks'])
  assert.deepEqual(ofLinks('[`cutPage()`](../src/core/a.ts)'), ['shows cutPage, which src/core/a.ts lacks'])
})
