type WithoutNulls<Row> = { [Name in keyof Row]?: Exclude<Row[Name], null> }

/** Removes the columns that are null: the domain has no property for them. */
export function withoutNulls<Row extends object>(row: Row): WithoutNulls<Row> {
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) if (value !== null) kept[name] = value
  return kept as WithoutNulls<Row>
}
