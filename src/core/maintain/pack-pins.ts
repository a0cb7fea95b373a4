/** Keeps every pack that is there, for somebody who copies or checks them beside the server; packs may be added and grow. */
export class PackPins {
  #holders = 0

  /** True while packs must stay. */
  get isHeld(): boolean {
    return this.#holders > 0
  }

  /** Packs stay until the result is disposed of; a removal that is under way still ends. */
  hold(): Disposable {
    this.#holders++
    let held = true
    return {
      [Symbol.dispose]: () => {
        if (held) this.#holders--
        held = false
      },
    }
  }
}
