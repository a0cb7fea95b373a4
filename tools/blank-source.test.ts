import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blankSource, lineAt } from './blank-source.ts'

test('comments and the contents of strings, templates and regular expressions are no code', () => {
  const source = `a('x{') // {\n/* { */ b(\`{\${c({ d: \`{\` })}{\`, /[/{]'/u.test(e) ? f / 2 : g)`
  const { codeOnly, withoutComments } = blankSource(source)
  assert.equal(codeOnly.replace(/\s+/g, ' '), 'a( ) b( c({ d: }) , .test(e) ? f / 2 : g)')
  assert.equal(
    withoutComments.replace(/\s+/g, ' '),
    `a('x{') b(\`{\${c({ d: \`{\` })}{\`, /[/{]'/u.test(e) ? f / 2 : g)`,
  )
})

test('lines and columns stay where they were', () => {
  const source = `x /* one\nand */ y\n\`\n\${z}\n\` + w`
  const { codeOnly } = blankSource(source)
  assert.equal(codeOnly.length, source.length)
  assert.equal(codeOnly.split('\n').length, source.split('\n').length)
  assert.deepEqual([codeOnly.indexOf('y'), codeOnly.indexOf('w')], [source.indexOf('y'), source.indexOf('w')])
})

test('a division is no regular expression', () => {
  assert.equal(blankSource("a / b; '{'; c / d").codeOnly.trim(), 'a / b;    ; c / d')
  assert.equal(blankSource('return /{/.test(a)').codeOnly.replace(/\s+/g, ' '), 'return .test(a)')
})

test('lines count from 1', () => {
  assert.deepEqual(
    [0, 1, 2, 3].map(at => lineAt('a\nb\n', at)),
    [1, 1, 2, 2],
  )
})
