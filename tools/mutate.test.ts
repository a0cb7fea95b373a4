import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mutantsOf } from './mutate.ts'

const changes = (source: string) =>
  mutantsOf('a.ts', source).map(({ line, from, to }) => `${line}: ${from} -> ${to}`)

test('operators, conditions, constants and calls are changed one at a time', () => {
  assert.deepEqual(changes('const a = b === c\n'), ['1: === -> !=='])
  assert.deepEqual(changes('\nconst a = b + 1\n'), ['2: + -> -', '2: + 1 -> + 0'])
  assert.deepEqual(changes('if (a) b = true\n'), ['1: true -> false', '1: if ( -> if (false &&'])
  assert.deepEqual(changes('  await store.close(a)\n'), ['1: await store.close(a) -> ', '1: await -> void'])
})

test('types, texts and comments are left alone', () => {
  assert.deepEqual(changes("const a: Map<b, c> = new Map() // d === e\nconst f = 'g && h'\n"), [])
})

test('a mutant that only changes types, or that does not parse, is left out', () => {
  assert.deepEqual(changes('const a = b as { readonly c: true }\n'), [])
  assert.deepEqual(changes('const a = b || (c ?? d)\n'), ['1: || -> &&', '1: ?? -> &&'])
  assert.deepEqual(changes('const a = b ?? c ?? d\n'), [])
})

test('a mutant differs from the source only at its place', () => {
  const [mutant] = mutantsOf('a.ts', 'x()\nconst a = b < c\n')
  assert.equal(mutant?.source, 'x()\nconst a = b <= c\n')
})
