/** What a cell of the matrix promises. */
export interface Expectation {
  readonly status: number
  /**
   * A rejection that depends on the target or the body of the request: a malformed request is
   * rejected before.
   */
  readonly late: boolean
}

/**
 * Reads a table with a line of column names, and a line for each row that begins with the row's
 * name; blanks separate the cells.
 */
export function readTable(text: string): ReadonlyMap<string, ReadonlyMap<string, Expectation>> {
  const [head, ...lines] = text
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/))
  const columns = head!.slice(1)
  const names = lines.map(([row]) => row)
  if (new Set(names).size < names.length) throw new Error('a row is listed twice')
  return new Map(
    lines.map(([row, ...cells]) => {
      if (cells.length !== columns.length) throw new Error(`${row} has ${cells.length} cells`)
      return [row!, new Map(columns.map((column, n) => [column, expectation(cells[n]!)]))]
    }),
  )
}

function expectation(cell: string): Expectation {
  const [, status, star] = /^([1-5]\d\d)(\*?)$/.exec(cell) ?? []
  if (status === undefined) throw new Error(`${cell} is no status`)
  return { status: Number(status), late: star === '*' }
}
