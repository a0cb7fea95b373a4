/** The parts of a request that authentication looks at. */
export interface ReceivedRequest {
  readonly method: string
  /** Path and query as received. */
  readonly url: string
  /** What the client may have sent instead of `url`, before a proxy cut a part off. */
  readonly otherUrls?: readonly string[]
  /** What the client may have sent as Host, according to a trusted proxy or the configuration. */
  readonly otherHosts?: readonly string[]
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Names and values in turn, as received. */
  readonly rawHeaders: readonly string[]
  readonly clientAddress: string
}

const linesByName = new WeakMap<ReceivedRequest, ReadonlyMap<string, readonly string[]>>()

/**
 * The values of a header by its name in lower case, one per header line, trimmed; empty for a
 * missing header.
 */
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
