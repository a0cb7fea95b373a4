import type { TestEvent } from 'node:test/reporters'

const SLOWEST = 10

/** How long each file of a test run took, from the start of its process to its end. */
export class TestTimes {
  readonly #fileMs = new Map<string, number>()

  add(event: TestEvent): void {
    if (event.type !== 'test:complete') return
    const { name, file, nesting, details } = event.data
    // The runner reports a file as a test that has the file as its name.
    if (nesting === 0 && file !== undefined && name === file) this.#fileMs.set(file, details.duration_ms)
  }

  /** The slowest files, slowest first, and the time of the whole run. */
  report(runMs: number, shortName: (file: string) => string): string {
    const slowest = [...this.#fileMs].sort(([, a], [, b]) => b - a).slice(0, SLOWEST)
    const lines = slowest.map(([file, ms]) => `  ${seconds(ms).padStart(7)}  ${shortName(file)}`)
    const files = `${this.#fileMs.size} ${this.#fileMs.size === 1 ? 'file' : 'files'}`
    return [`The slowest of ${files}:`, ...lines, `The run took ${minutes(runMs)} (${seconds(runMs)}).`].join(
      '\n',
    )
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

function minutes(ms: number): string {
  const whole = Math.round(ms / 1000)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}
