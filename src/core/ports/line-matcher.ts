/** Tells which lines match a regular expression, beside the work of everybody else. */
export interface LineMatcher extends AsyncDisposable {
  /**
   * Where the matching lines of `block` begin in it, in order; lines end with "\n", the last one may lack it. Rejects with `search-too-slow` when
   * that, or all of this matcher's work together, takes longer than is allowed; the matcher is of no use then.
   */
  match(block: Uint8Array): Promise<readonly number[]>
}

/** Rejects with `invalid-parameter` when the pattern is no regular expression of ECMAScript. */
export type OpenLineMatcher = (pattern: string, ignoreCase: boolean) => Promise<LineMatcher>

/** Where `wanted` begins in `bytes` at or behind `from`; -1 where it does not. */
export type FindBytes = (bytes: Uint8Array, wanted: Uint8Array, from: number) => number
