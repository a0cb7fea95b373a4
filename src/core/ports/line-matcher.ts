/** Finds the lines that match a regular expression, without holding up other requests. */
export interface LineMatcher extends AsyncDisposable {
  /**
   * The places in `block` where matching lines begin, in order. Lines end with "\n"; the last one
   * may lack it. Rejects with `search-too-slow` when this block, or all blocks of this matcher
   * together, take too long; the matcher cannot be used afterwards.
   */
  match(block: Uint8Array): Promise<readonly number[]>
}

/**
 * Rejects with `invalid-parameter` if the pattern is not a valid regular expression of ECMAScript.
 */
export type OpenLineMatcher = (pattern: string, ignoreCase: boolean) => Promise<LineMatcher>

/** The first place at or after `from` where `wanted` begins in `bytes`; -1 if there is none. */
export type FindBytes = (bytes: Uint8Array, wanted: Uint8Array, from: number) => number
