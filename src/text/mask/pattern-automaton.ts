/** A state of a `PatternAutomaton`. 0 is the start. */
export type State = number

/**
 * Finds all occurrences of many byte strings in one pass (Aho and Corasick, 1975). Time is linear
 * in the length of the text, whatever the text is. Memory is about 20 bytes for each byte of the
 * patterns.
 */
export class PatternAutomaton {
  readonly #fromStart = new Int32Array(256)
  readonly #byteOf: Uint8Array
  readonly #firstChild: Int32Array
  readonly #nextSibling: Int32Array
  readonly #failure: Int32Array
  readonly #longestMatch: Int32Array
  readonly #openDepth: Int32Array
  #states = 1

  /** Empty patterns match nothing. */
  constructor(patterns: readonly Uint8Array[]) {
    const most = 1 + patterns.reduce((sum, pattern) => sum + pattern.length, 0)
    this.#byteOf = new Uint8Array(most)
    this.#firstChild = new Int32Array(most)
    this.#nextSibling = new Int32Array(most)
    this.#failure = new Int32Array(most)
    this.#longestMatch = new Int32Array(most)
    this.#openDepth = new Int32Array(most)
    for (const pattern of patterns) this.#add(pattern)
    this.#link()
  }

  /** The state after one more byte. */
  step(state: State, byte: number): State {
    let from = state
    while (from !== 0) {
      const child = this.#child(from, byte)
      if (child !== 0) return child
      from = this.#failure[from]!
    }
    return this.#fromStart[byte]!
  }

  /** The length of the longest pattern that ends here, or 0. */
  matchLength(state: State): number {
    return this.#longestMatch[state]!
  }

  /**
   * The length of the longest end of the text so far that more bytes could complete to a pattern,
   * or to a longer one.
   */
  openLength(state: State): number {
    return this.#openDepth[state]!
  }

  #child(state: State, byte: number): State {
    let child = this.#firstChild[state]!
    while (child !== 0 && this.#byteOf[child] !== byte) child = this.#nextSibling[child]!
    return child
  }

  #add(pattern: Uint8Array): void {
    let state = 0
    for (const byte of pattern) {
      const child = state === 0 ? this.#fromStart[byte]! : this.#child(state, byte)
      state = child === 0 ? this.#newChild(state, byte) : child
    }
    this.#longestMatch[state] = pattern.length
  }

  #newChild(parent: State, byte: number): State {
    const child = this.#states++
    this.#byteOf[child] = byte
    if (parent === 0) this.#fromStart[byte] = child
    this.#nextSibling[child] = this.#firstChild[parent]!
    this.#firstChild[parent] = child
    return child
  }

  /** Breadth first: the state that a state falls back to is finished before it. */
  #link(): void {
    const queue = new Int32Array(this.#states)
    const depth = new Int32Array(this.#states)
    let queued = 1
    for (let at = 0; at < queued; at++) {
      const state = queue[at]!
      for (let child = this.#firstChild[state]!; child !== 0; child = this.#nextSibling[child]!) {
        depth[child] = depth[state]! + 1
        this.#failure[child] = state === 0 ? 0 : this.step(this.#failure[state]!, this.#byteOf[child]!)
        queue[queued++] = child
      }
      this.#finishState(state, depth[state]!)
    }
  }

  #finishState(state: State, depth: number): void {
    const failure = this.#failure[state]!
    this.#longestMatch[state] ||= this.#longestMatch[failure]!
    this.#openDepth[state] = this.#firstChild[state] === 0 ? this.#openDepth[failure]! : depth
  }
}
