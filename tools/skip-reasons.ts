import type { TestEvent } from 'node:test/reporters'

/**
 * Passes on the events of a test run and adds one line per skipped test, with its file and its
 * reason, to the closing summary, so that every skip is visible.
 */
export async function* withSkipReasons(
  events: AsyncIterable<TestEvent>,
  shortName: (file: string) => string,
): AsyncGenerator<TestEvent> {
  const skipped: string[] = []
  let reported = false
  for await (const event of events) {
    if (event.type === 'test:pass' && event.data.skip !== undefined && event.data.skip !== false) {
      const reason = event.data.skip === true ? 'no reason given' : event.data.skip
      skipped.push(`skipped: ${shortName(event.data.file ?? '')}: ${event.data.name}: ${reason}`)
    }
    if (event.type === 'test:diagnostic' && !reported && isSummaryStart(event.data)) {
      reported = true
      for (const line of skipped) yield { ...event, data: { ...event.data, message: line } }
    }
    yield event
  }
}

/** The run's own summary begins with the number of tests, outside every test. */
function isSummaryStart(data: { readonly nesting: number; readonly message: string }): boolean {
  return data.nesting === 0 && /^tests \d+$/.test(data.message)
}
