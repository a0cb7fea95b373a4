/**
 * A log is searched where it is: every matching line once, live and finished, as grep counts
 * (docs/api.md §5).
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { corpora, corporaFolder, NO_CORPORA, type SampleLog } from '../../corpus/corpora.ts'
import { ownLogs } from '../../corpus/own-logs.ts'
import { openStream } from '../../props/event-stream.ts'
import {
  assertRefused,
  assertSameRefusal,
  type BuildAnswer,
  eventually,
  logPath,
  UNKNOWN_RECORD,
  uploader,
} from '../../props/wire.ts'
import { inNewProject, startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

const searchPath = (build: BuildAnswer, query: Readonly<Record<string, string | number>>) =>
  `${logPath(build, 1)}/search?${Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')}`

async function search(build: BuildAnswer, query: Readonly<Record<string, string | number>>) {
  const reply = await caller.get(searchPath(build, query))
  assert.equal(reply.status, 200, reply.text)
  assert.match(String(reply.headers['content-type']), /^application\/x-ndjson\b/)
  const objects = reply.text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  return { hits: objects.slice(0, -1), end: objects.at(-1) }
}

describe('a search', () => {
  for (const live of [true, false])
    test(`${live ? 'live' : 'finished'}: answers number, place and text of each line that matches, last the count`, async () => {
      const build = await caller.newLog('one error, two error\nok\n\nError\nlast error', { live })
      assert.deepEqual(await search(build, { q: 'error' }), {
        hits: [
          { n: 1, offset: 0, text: 'one error, two error' },
          { n: 5, offset: 31, text: 'last error' },
        ],
        end: { count: 2, complete: true },
      })
      assert.equal((await search(build, { q: 'eRRor', case: 'false' })).end.count, 3)
      assert.deepEqual(
        (await search(build, { q: '^(ok|E.*)$', regex: 'true' })).hits.map(({ n }) => n),
        [2, 4],
      )
      assert.equal((await search(build, { q: '^error$', regex: 'true', case: 'false' })).end.count, 1)
      assert.deepEqual(await search(build, { q: '^error$' }), { hits: [], end: { count: 0, complete: true } })
    })

  test('stops at its limit, says so, and continues from there', async () => {
    const build = await caller.newLog('a1\nb\na2\na3\n')
    const first = await search(build, { q: 'a', limit: 2 })
    assert.deepEqual(first.end, { count: 2, complete: false, next: 8 })
    assert.deepEqual(await search(build, { q: 'a', from: first.end.next }), {
      hits: [{ n: 4, offset: 8, text: 'a3' }],
      end: { count: 1, complete: true },
    })
    assert.equal((await search(build, { q: 'a', limit: 3 })).end.complete, true)
    assert.deepEqual(
      (await search(build, { q: 'a', from: 1 })).hits.map(({ n }) => n),
      [3, 4],
    )
    assert.equal((await search(build, { q: 'a', from: 999 })).end.count, 0)
  })

  test('only counts, if that is all that is wanted', async () => {
    const build = await caller.newLog('a1\nb\na2\na3\n')
    assert.deepEqual(await search(build, { q: 'a', count_only: 'true' }), {
      hits: [],
      end: { count: 3, complete: true },
    })
    for (const query of [{ q: 'a' }, { q: '^a', regex: 'true' }]) {
      const first = await search(build, { ...query, count_only: '1', limit: 2 })
      assert.deepEqual(first, { hits: [], end: { count: 2, complete: false, next: 8 } })
      const { end } = await search(build, { ...query, count_only: 'true', from: first.end.next, limit: 1 })
      assert.deepEqual(end, { count: 1, complete: true })
    }
  })

  test('finds text across the borders of appends and frames, in lines of any length', async () => {
    const line = `${'x'.repeat(70_000)}needle${'y'.repeat(700_000)}needle\n`
    const text = `${line}needle\n${line}plain\n`
    const build = await caller.newBuild()
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += 70_003)
      await caller.append(build, 1, at, bytes.subarray(at, at + 70_003))
    for (let finished = 0; finished < 2; finished++) {
      for (const query of [{ q: 'needle' }, { q: 'NEEDLE', case: 'false' }, { q: 'n.edle', regex: 'true' }]) {
        const { hits, end } = await search(build, query)
        assert.equal(end.count, 3)
        assert.deepEqual(
          hits.map(({ n, offset, text, truncated }) => [n, offset, text.length, truncated]),
          [
            [1, 0, 65_536, true],
            [2, line.length, 6, undefined],
            [3, line.length + 7, 65_536, true],
          ],
        )
      }
      await caller.finishStep(build, 1)
    }
  })

  test('matches all kinds of characters literally', async () => {
    const build = await caller.newLog('编译 [a.b*]\n\u00e9\0\u001b[31m\r\n')
    for (const q of ['译 [a.b*]', '\u00e9', '\0', '\u001b[31m\r'])
      assert.equal((await search(build, { q })).end.count, 1)
    assert.equal((await search(build, { q: '^编.\\s', regex: '1' })).end.count, 1)
  })
})

const PATIENCE_MS = 60_000

describe('a long log, which is searched in a thread of its own', () => {
  const line = (n: number) => `${n} ${n % 1000 === 7 ? 'a needle, Übergröße' : 'hay'} ${'.'.repeat(n % 50)}\n`
  const giant = `${'x'.repeat(600_000)}needle${'y'.repeat(700_000)}\n`
  const lines = [...Array.from({ length: 150_000 }, (_, n) => line(n)), giant, 'hay\n', 'NEEDLE at the end']
  const log = Buffer.from(lines.join(''))
  let offset = 0
  const places = lines.map((text, n) => {
    const place = { n: n + 1, offset, text: text.replace(/\n$/, '') }
    offset += Buffer.byteLength(text)
    return place
  })
  const wanted = (pattern: RegExp) =>
    places
      .filter(({ text }) => pattern.test(text))
      .map(place =>
        place.text.length > 65_536 ? { ...place, text: place.text.slice(0, 65_536), truncated: true } : place,
      )

  test('gives the same hits, live and finished', async () => {
    assert.ok(log.length > 5_000_000)
    const build = await caller.newLog(log, { live: true })
    for (let finished = 0; finished < 2; finished++) {
      const all = wanted(/needle/)
      assert.deepEqual(await search(build, { q: 'needle' }), {
        hits: all,
        end: { count: all.length, complete: true },
      })
      assert.deepEqual((await search(build, { q: 'nEEdle', case: 'false' })).hits, wanted(/needle/i))
      assert.deepEqual((await search(build, { q: 'hay' })).hits, wanted(/hay/))
      const some = await search(build, { q: 'needle', from: all[0]!.offset + 1, limit: 100 })
      assert.deepEqual(some.hits, all.slice(1, 101))
      assert.deepEqual(some.end, { count: 100, complete: false, next: all[101]!.offset })
      await caller.finishStep(build, 1)
    }
  })

  test('is not searched on for clients that went away', async () => {
    const build = await caller.newLog(log)
    for (let n = 0; n < 20; n++) {
      const response = await eventually(async () => {
        const opened = await openStream(server.url, searchPath(build, { q: 'a' }), caller.headers)
        assert.equal(opened.statusCode, 200)
        return opened
      }, PATIENCE_MS)
      response.destroy()
    }
    const { end } = await eventually(() => search(build, { q: 'needle' }), PATIENCE_MS)
    assert.equal(end.count, wanted(/needle/).length)
  })
})

describe('a log without what is searched', () => {
  const log = Buffer.alloc(64 * 2 ** 20, `${'hay '.repeat(20)}\n`)
  const readBytes = async () =>
    Number(/^tailrace_log_bytes_read_total (\d+)$/m.exec((await caller.get('/metrics')).text)?.[1])

  test('is answered from the start, and the search stops when the client leaves', async () => {
    const lines = await caller.newLog(log)
    const oneLine = await caller.newLog(Buffer.alloc(log.length, 'hay '))
    for (const [build, query] of [
      [lines, { q: 'needle' }],
      [lines, { q: 'needle', count_only: 'true' }],
      [oneLine, { q: 'n..dle', regex: 'true' }],
    ] as const)
      await eventually(async () => {
        const before = await readBytes()
        const response = await openStream(server.url, searchPath(build, query), caller.headers)
        response.destroy()
        let read = 0
        await eventually(async () => {
          const soFar = read
          read = (await readBytes()) - before
          await sleep(200)
          assert.ok(read > 0 && read === soFar, 'it still reads')
        }, PATIENCE_MS)
        assert.ok(read < log.length, `${read} bytes were read`)
      }, PATIENCE_MS)
  })
})

describe('regular expressions', () => {
  test('a catastrophic expression ends at its deadline and does not delay other searches', async () => {
    const build = await caller.newLog(`${'a'.repeat(40)}b\n`)
    // The flag i keeps V8 from its engine of linear time.
    const slow = search(build, { q: '^(a+)+$', regex: 'true', case: 'false' })
    const polite = await search(build, { q: 'aab' })
    assert.equal(polite.end.count, 1)
    const { hits, end } = await slow
    assert.deepEqual(hits, [])
    assert.equal(end.error_code, 'TR.SEARCH_DEADLINE')
    assert.deepEqual(Object.keys(end).sort(), ['error_code', 'error_msg', 'request_id'])
    assert.equal((await search(build, { q: '^a+b$', regex: 'true' })).end.count, 1)
  })

  test('an expression that backtracks too much is matched in linear time where possible', async () => {
    const build = await caller.newLog(`${'a'.repeat(40)}b\n${'a'.repeat(40)}\n`)
    assert.equal((await search(build, { q: '^(a+)+$', regex: 'true' })).end.count, 1)
  })

  test('only a few expressions run at the same time', async () => {
    const build = await caller.newLog(`${'a'.repeat(40)}b\n`)
    const query = { q: '^(a+)+$', regex: 'true', case: 'false' }
    const replies = await Promise.all(Array.from({ length: 6 }, () => caller.get(searchPath(build, query))))
    const refused = replies.filter(({ status }) => status === 429)
    assert.ok(refused.length >= 2 && refused.length < replies.length)
    for (const reply of refused) {
      assertRefused(reply, 429, 'APIGW.0308')
      assert.ok(Number(reply.headers['retry-after']) > 0)
    }
    for (const reply of replies) if (reply.status !== 429) assert.match(reply.text, /TR\.SEARCH_DEADLINE/)
  })
})

describe('refusals', () => {
  test('malformed parameters before the log is looked for', async () => {
    const nowhere = { ...(await caller.newBuild()), record_id: UNKNOWN_RECORD }
    for (const query of [
      'x=1',
      'q=',
      'q=a&q=b',
      'q=a%0Ab',
      'q=(&regex=true',
      'q=a&regex=maybe',
      'q=a&case=x',
      'q=a&limit=0',
      'q=a&from=-1',
      `q=${'a'.repeat(1001)}`,
    ])
      assertRefused(await caller.get(`${logPath(nowhere, 1)}/search?${query}`), 400, 'CB.00060200')
    assertRefused(await caller.get(searchPath(nowhere, { q: 'a' })), 404, 'DEVCB.00031006')
  })

  test('other projects and holders of another build\u2019s upload token find nothing', async () => {
    const [build, other] = [await caller.newLog('secret\n'), await caller.newBuild()]
    assert.equal((await uploader(server, build).get(searchPath(build, { q: 's' }))).status, 200)
    assertRefused(await uploader(server, other).get(searchPath(build, { q: 's' })), 403, 'APIGW.0302')
    const stranger = await inNewProject(caller)
    const there = await stranger.get(searchPath(build, { q: 's' }))
    assertRefused(there, 404, 'DEVCB.00031006')
    assertSameRefusal(
      there,
      await stranger.get(searchPath({ ...build, record_id: UNKNOWN_RECORD }, { q: 's' })),
    )
  })
})

/** Queries, and the same in options of grep. */
const QUERIES: readonly (readonly [query: Readonly<Record<string, string>>, grep: readonly string[]])[] = [
  [{ q: 'error' }, ['-F', 'error']],
  [{ q: 'ERROR', case: 'false' }, ['-iF', 'ERROR']],
  [{ q: ' ' }, ['-F', ' ']],
  [{ q: 'e', limit: '9007199254740991' }, ['-F', 'e']],
  [{ q: '[0-9]+ (warning|error)s?', regex: 'true' }, ['-E', '[0-9]+ (warning|error)s?']],
  [{ q: '^[^0-9]*[0-9]{4}-', regex: 'true' }, ['-E', '^[^0-9]*[0-9]{4}-']],
  [{ q: 'failed|fatal', regex: 'true', case: 'false' }, ['-iE', 'failed|fatal']],
]

function grepCount(bytes: Buffer, options: readonly string[]): number {
  const [flags, pattern] = options
  const { stdout } = spawnSync('grep', ['-a', '-c', flags!, '--', pattern!], {
    input: bytes,
    env: { LC_ALL: 'C', PATH: process.env.PATH },
    maxBuffer: 1024 * 1024,
  })
  return Number(stdout.toString())
}

async function countsLikeGrep(log: SampleLog): Promise<void> {
  const bytes = log.bytes()
  const wanted = QUERIES.map(([, grep]) => grepCount(bytes, grep))
  const build = await caller.newLog(bytes, { live: true })
  const counts = async () => {
    const found: number[] = []
    for (const [query] of QUERIES) {
      const { hits, end } = await search(build, query)
      assert.equal(hits.length, end.count)
      assert.deepEqual(await search(build, { ...query, count_only: 'true' }), { hits: [], end })
      found.push(end.count)
    }
    return found
  }
  assert.deepEqual(await counts(), wanted, 'live')
  await caller.finishStep(build, 1)
  assert.deepEqual(await counts(), wanted, 'finished')
}

describe('counts are those of grep -c on our own logs', () => {
  for (const log of ownLogs()) test(log.name, () => countsLikeGrep(log))
})

const folder = corporaFolder()
describe('counts are those of grep -c on real logs', { skip: folder === undefined && NO_CORPORA }, () => {
  for (const log of folder === undefined ? [] : corpora(folder)) test(log.name, () => countsLikeGrep(log))
})
