import assert from 'node:assert/strict'
import { test } from 'node:test'
import { functionSizes, isCrumb } from './check-size.ts'

const sizes = (source: string) => functionSizes(source).map(({ line, lines }) => [line, lines])

test('functions, methods and arrows with bodies are counted with their lines', () => {
  assert.deepEqual(
    sizes(
      'function a(): void {\n  b()\n}\nconst c = () => {\n}\nclass D {\n  async e(f: (g: H) => I): Promise<J> {\n\n  }\n}',
    ),
    [
      [1, 3],
      [4, 2],
      [7, 3],
    ],
  )
})

test('an object as result type does not hide a function', () => {
  assert.deepEqual(sizes('function a(): { readonly b: number } {\n}'), [[1, 2]])
})

test('a class after a function is not its result type', () => {
  assert.deepEqual(sizes('function a(): B {\n}\n\nclass C {\n  d() {\n  }\n}'), [
    [1, 2],
    [5, 2],
  ])
})

test('loops, branches, objects and types are no functions', () => {
  assert.deepEqual(
    sizes(
      'if (a(b)) {\n} else {\n}\nfor await (const c of d()) {\n}\nwhile (e) {}\nconst f = { g: 1 }\ntype H = { i: () => void }\ntry {} catch (j) {}',
    ),
    [],
  )
})

test('a suite of tests is no function, its tests are', () => {
  assert.deepEqual(
    sizes(
      "describe('a', { skip: b() }, async () => {\n  test('c', () => {\n  })\n})\ndescribe('d', () => {\n})",
    ),
    [[2, 2]],
  )
})

test('a file under 20 lines with one importer is a crumb, unless it is named after an operation', () => {
  const operations = new Set(['append-log.ts'])
  const crumb = (file: string, lines: number, importers: number) =>
    isCrumb(file, lines, importers, operations)
  assert.equal(crumb('src/core/read/a.ts', 19, 1), true)
  assert.equal(crumb('src/core/read/a.ts', 20, 1), false)
  assert.equal(crumb('src/core/read/a.ts', 19, 2), false)
  assert.equal(crumb('src/server/routes/writing/append-log.ts', 19, 1), false)
})
