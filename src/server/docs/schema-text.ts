type Schema = Readonly<Record<string, unknown>>

/** A JSON Schema as people write a type: `{ name: string, step_id?: integer }`. */
export function schemaText(schema: Schema): string {
  const { type, properties, items, const: only, enum: some, anyOf } = schema
  if (only !== undefined) return JSON.stringify(only)
  if (Array.isArray(some)) return some.map(one => JSON.stringify(one)).join(' | ')
  if (Array.isArray(anyOf)) return anyOf.map(schemaText).join(' | ')
  if (properties !== undefined) return objectText(properties as Readonly<Record<string, Schema>>, schema)
  if (type === 'array') return `[${items === undefined ? '' : `${schemaText(items as Schema)}, …`}]`
  return type === undefined ? 'anything' : [type].flat().join(' | ')
}

function objectText(properties: Readonly<Record<string, Schema>>, { required = [] }: Schema): string {
  const needed = new Set(required as readonly string[])
  const fields = Object.entries(properties).map(
    ([name, field]) => `${name}${needed.has(name) ? '' : '?'}: ${schemaText(field)}`,
  )
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}
