import { TailraceError } from '../../../contract/errors.ts'
import { type ByteOffset, type EpochMs, KIB, type LogId } from '../../../contract/quantities.ts'
import type { FrameCatalog } from '../../ports/frame-catalog.ts'
import type { Journal } from '../../ports/journal.ts'
import type { Arrival, PackStore } from '../../ports/pack-store.ts'

export interface ArrivalPorts {
  readonly journal: Journal
  readonly frames: FrameCatalog
  readonly packs: PackStore
}

/** How many bytes of the journal one look-up covers. */
const JOURNAL_STEP_BYTES = 256 * KIB
/** A flush can move the bytes between the two look-ups, but not again and again. */
const ATTEMPTS = 5

/** The arrivals of `[from, to)`. The first is at or before `from`. */
interface Stretch {
  readonly from: ByteOffset
  readonly to: ByteOffset
  readonly arrivals: readonly Arrival[]
}

/** Looks up when bytes of one log arrived. Look-ups in ascending order are cheap. */
export class ArrivalTimes {
  readonly #ports: ArrivalPorts
  readonly #log: LogId
  #stretch: Stretch = { from: 0, to: 0, arrivals: [] }

  constructor(ports: ArrivalPorts, log: LogId) {
    this.#ports = ports
    this.#log = log
  }

  /**
   * When the byte at `offset` arrived, as exactly as frames record it. `offset` must be below
   * `head`. Rejects as the journal and the packs do.
   */
  async of(offset: ByteOffset, head: ByteOffset): Promise<EpochMs> {
    if (offset < this.#stretch.from || offset >= this.#stretch.to)
      this.#stretch = await this.#find(offset, head)
    const arrival = this.#stretch.arrivals.findLast(({ at }) => at <= offset)
    if (arrival === undefined) throw this.#missing(offset)
    return arrival.arrivedAtMs
  }

  async #find(offset: ByteOffset, head: ByteOffset): Promise<Stretch> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = (await this.#inJournal(offset, head)) ?? (await this.#inFrames(offset))
      if (found !== undefined) return found
    }
    throw this.#missing(offset)
  }

  async #inJournal(offset: ByteOffset, head: ByteOffset): Promise<Stretch | undefined> {
    const { journal } = this.#ports
    const extent = await journal.extent(this.#log)
    if (extent === undefined || offset < extent.from) return undefined
    const arrivals: Arrival[] = []
    let to = offset
    for await (const chunk of journal.read(this.#log, offset, Math.min(head, offset + JOURNAL_STEP_BYTES))) {
      arrivals.push({ at: chunk.at, arrivedAtMs: chunk.arrivedAtMs })
      to = chunk.at + chunk.bytes.length
    }
    return to > offset ? { from: offset, to, arrivals } : undefined
  }

  async #inFrames(offset: ByteOffset): Promise<Stretch | undefined> {
    const [frame] = await this.#ports.frames.framesOf(this.#log, offset, offset + 1, 1)
    if (frame === undefined) return undefined
    const { arrivals } = await this.#ports.packs.readIndex(frame)
    return { from: frame.at, to: frame.end, arrivals }
  }

  #missing(offset: ByteOffset): TailraceError {
    return new TailraceError(
      'log-damaged',
      `no arrival time is stored for byte ${offset} of log ${this.#log}`,
    )
  }
}
