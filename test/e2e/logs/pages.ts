import assert from 'node:assert/strict'
import type { BuildAnswer, Caller } from '../../props/wire.ts'

/** The `result` of a page of step 1, which must be answered with 200. */
export async function pageOf(
  caller: Caller,
  build: BuildAnswer,
  parameters: Readonly<Record<string, string | number>> = {},
) {
  const reply = await caller.page(build, parameters)
  assert.equal(reply.status, 200, reply.text)
  return reply.json().result
}

/** The text of `count` lines that are numbered from `from`. */
export const lines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => `line ${from + n}\n`).join('')

interface Page {
  readonly start_offset: string | number
  readonly end_offset: string | number
  readonly log: string
  readonly has_more: boolean
}

/**
 * The text of all pages, read one after the other: with `AES` each begins where the one before
 * ends, with `DESC` each ends where the one before begins.
 */
export async function joinPages(
  sort: 'AES' | 'DESC',
  read: (window: Pick<Page, 'start_offset' | 'end_offset'>) => Promise<Page>,
): Promise<string> {
  const window: { start_offset: string | number; end_offset: string | number } = {
    start_offset: 0,
    end_offset: 0,
  }
  const texts: string[] = []
  for (let more = true; more; ) {
    const page = await read(window)
    texts.push(page.log)
    if (sort === 'AES') window.start_offset = page.end_offset
    else window.end_offset = page.start_offset
    more = page.has_more
  }
  return (sort === 'AES' ? texts : texts.toReversed()).join('')
}
