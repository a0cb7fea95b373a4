import assert from 'node:assert/strict'
import { test } from 'node:test'
import { circlesOf, importsOf } from './import-graph.ts'

const graph = (edges: Readonly<Record<string, readonly string[]>>) =>
  new Map(Object.entries(edges).map(([file, targets]) => [file, new Set(targets)]))

test('imports, re-exports, dynamic imports and imports of types are found with their lines', () => {
  const source = [
    "import { a } from './a.ts'",
    "import type { B } from './b.ts'",
    "export * from './c.ts'",
    "import './d.ts'",
    "const e = () => import('./e.ts')",
    "// import './f.ts'",
  ].join('\n')
  assert.deepEqual(
    importsOf(source)
      .map(({ specifier, line }) => [specifier, line])
      .sort(),
    [
      ['./a.ts', 1],
      ['./b.ts', 2],
      ['./c.ts', 3],
      ['./d.ts', 4],
      ['./e.ts', 5],
    ],
  )
})

test('files that import each other are a circle, once, however many they are', () => {
  assert.deepEqual(
    circlesOf(graph({ a: ['b'], b: ['c'], c: ['a', 'd'], d: [], e: ['a'], f: ['g'], g: ['f'] })),
    [
      ['a', 'b', 'c'],
      ['f', 'g'],
    ],
  )
})

test('a tree has no circle', () => {
  assert.deepEqual(circlesOf(graph({ a: ['b', 'c'], b: ['c'], c: [] })), [])
})
