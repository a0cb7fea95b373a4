type WithoutNulls<Row> = { [Name in keyof Row]?: Exclude<Row[Name], null> }

/** The columns that have a value: where the database says null, the domain has no property. */
export function withoutNulls<Row extends object>(row: Row): WithoutNulls<Row> {
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) if (value !== null) kept[name] = value
  return kept as WithoutNulls<Row>
}
