/** JSON Schemas as people write types. */
export type Schema = Readonly<Record<string, unknown>>

/**
 * A type on several lines, with the descriptions of fields as comments. A field that is always null
 * has no comment: there are many of them, and they all mean the same.
 */
export function typeText(schema: Schema, indent = ''): string {
  const { type, properties, items, const: only, enum: some, anyOf } = schema
  if (only !== undefined) return JSON.stringify(only)
  if (Array.isArray(some)) return some.map(one => JSON.stringify(one)).join(' | ')
  if (Array.isArray(anyOf)) return anyOf.map(one => typeText(one, indent)).join(' | ')
  if (isObject(properties)) return objectText(properties, schema, indent)
  if (type === 'array') return isObject(items) ? `[${typeText(items, indent)}, …]` : '[]'
  return type === undefined ? 'any' : [type].flat().join(' | ')
}

function objectText(properties: Schema, { required }: Schema, indent: string): string {
  const needed = new Set(Array.isArray(required) ? required : [])
  const inner = `${indent}  `
  const lines = Object.entries(properties).flatMap(([name, field]) => {
    if (!isObject(field)) return []
    const text = typeText(field, inner)
    const comment =
      typeof field.description === 'string' && text !== 'null' ? `${inner}// ${field.description}\n` : ''
    return [`${comment}${inner}${name}${needed.has(name) ? '' : '?'}: ${text}`]
  })
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`
}

export function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
