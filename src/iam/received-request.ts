/** What authentication looks at of a request. */
export interface ReceivedRequest {
  readonly method: string
  /** Path and query as received. */
  readonly url: string
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[]
  readonly clientAddress: string
}

/** The values of a header by its lower-case name, one per header line, trimmed; empty for a header that did not come. */
export function headerLines({ rawHeaders }: ReceivedRequest, name: string): readonly string[] {
  const values: string[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    if (rawHeaders[at]!.toLowerCase() === name) values.push(rawHeaders[at + 1]!.trim())
  return values
}
