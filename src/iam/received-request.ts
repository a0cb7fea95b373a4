/** What authentication looks at of a request. */
export interface ReceivedRequest {
  readonly method: string
  /** Path and query as received. */
  readonly url: string
  /** What the client may have written in place of `url`, before a proxy cut something off. */
  readonly otherUrls?: readonly string[]
  /** What the client may have written in place of the Host that came, by the word of a trusted proxy or of the configuration. */
  readonly otherHosts?: readonly string[]
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[]
  readonly clientAddress: string
}

const linesByName = new WeakMap<ReceivedRequest, ReadonlyMap<string, readonly string[]>>()

/** The values of a header by its lower-case name, one per header line, trimmed; empty for a header that did not come. */
export function headerLines(request: ReceivedRequest, name: string): readonly string[] {
  let lines = linesByName.get(request)
  if (lines === undefined) {
    lines = collectLines(request)
    linesByName.set(request, lines)
  }
  return lines.get(name) ?? []
}

function collectLines({ rawHeaders }: ReceivedRequest): ReadonlyMap<string, readonly string[]> {
  const lines = new Map<string, string[]>()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase()
    const values = lines.get(name) ?? []
    values.push(rawHeaders[at + 1]!.trim())
    lines.set(name, values)
  }
  return lines
}
