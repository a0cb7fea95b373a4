import assert from 'node:assert/strict'
import { test } from 'node:test'
import Type from 'typebox'
import { typeText } from './type-text.ts'

test('a schema is written as a type, with descriptions as comments', () => {
  const schema = Type.Object({
    name: Type.String({ description: 'The name.' }),
    state: Type.Optional(Type.Enum(['on', 'off'])),
    unknown: Type.Null({ description: 'Not known.' }),
    parts: Type.Array(Type.Object({ size: Type.Union([Type.Integer(), Type.Null()]) })),
  })
  assert.equal(
    typeText(JSON.parse(JSON.stringify(schema))),
    `{
  // The name.
  name: string
  state?: "on" | "off"
  unknown: null
  parts: [{
    size: integer | null
  }, …]
}`,
  )
})
