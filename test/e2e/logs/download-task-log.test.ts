/**
 * `GET /v4/{record_id}/task-log`: CodeArts Build's page "Downloading Build Action Logs", then
 * docs/api.md §1 and §3.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { assertRefused, assertSameRefusal, downloadPath, send, UNKNOWN_RECORD } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const { server, caller } = await startFixture()

const at = (ms: number) => `[2025/06/26 14:23:32.${String(ms).padStart(3, '0')} GMT+08:00]`

describe('the file', async () => {
  const log = `${at(169)} [INFO] [Code checkout:external_pre_checkout] : This action starts.\n${at(172)}...`
  const build = await caller.newLog(log)

  test('is the log as octets, without a redirect', async () => {
    const reply = await caller.get(downloadPath(build))
    assert.equal(reply.status, 200)
    assert.equal(reply.text, log)
    assert.match(String(reply.headers['content-type']), /^application\/octet-stream\b/)
    assert.equal(reply.headers['content-encoding'], undefined)
    assert.equal(reply.headers.location, undefined)
  })

  test('has a safe name in both forms of RFC 6266', async () => {
    const odd = await caller.newBuild(0, {
      job_name: 'a"b\\c/\u6784\u5efa; x=../y',
      steps: [{ name: '../\u6784"; step' }],
    })
    for (const one of [build, odd]) {
      const header = String((await caller.get(downloadPath(one))).headers['content-disposition'])
      const [, ascii, extended] =
        /^attachment; filename="([A-Za-z0-9 ._()-]+)"; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_`|~%-]+)$/.exec(
          header,
        ) ?? []
      assert.ok(ascii !== undefined && extended !== undefined, header)
      for (const name of [ascii, decodeURIComponent(extended)]) {
        assert.doesNotMatch(name, /[/\\"\0-\x1f]/)
        assert.doesNotMatch(name, /^\./)
      }
    }
  })

  test('is encoded only for a client that accepts zstd', async () => {
    for (const accepts of ['identity', 'gzip, deflate, br', '*;q=0', 'zstd;q=0'])
      assert.equal(
        (await caller.get(downloadPath(build), { 'Accept-Encoding': accepts })).headers['content-encoding'],
        undefined,
        accepts,
      )
    const reply = await caller.get(downloadPath(build, 1, '&log_level=DEBUG'), {
      'Accept-Encoding': 'gzip, zstd',
    })
    const bytes = reply.headers['content-encoding'] === 'zstd' ? zstdDecompressSync(reply.bytes) : reply.bytes
    assert.equal(bytes.toString(), log)
  })

  test('is empty for an empty log', async () => {
    for (const live of [true, false])
      for (const level of ['', '&log_level=INFO', '&log_level=DEBUG']) {
        const reply = await caller.get(downloadPath(await caller.newLog('', { live }), 1, level))
        assert.deepEqual([reply.status, reply.bytes.length], [200, 0])
      }
  })

  test('is the log so far while it grows', async () => {
    const growing = await caller.newLog('one\ntw', { live: true })
    assert.equal((await caller.get(downloadPath(growing))).text, 'one\ntw')
  })

  test('is the same over HEAD, without a body', async () => {
    const reply = await caller.send('HEAD', downloadPath(build))
    assert.equal(reply.status, 200)
    assert.equal(reply.bytes.length, 0)
    assert.match(String(reply.headers['content-disposition']), /^attachment/)
  })
})

describe('log_level', async () => {
  const lines = [
    'before any stamp\n',
    `${at(1)} [DEBUG] first\n`,
    '\tcontinued by a tab\n',
    ' continued by a blank\n',
    'no level, no stamp: INFO\n',
    `${at(2)} [INFO] second\n`,
    ' at its level\n',
    `${at(3)} [DEBUG] third\r\n`,
    `${at(4)} no level after the stamp\n`,
    `${at(5)} [WARNING] fourth\n`,
    `${at(6)} [ERROR] fifth [DEBUG]\n`,
    '[DEBUG] without a stamp\n',
    `  ${at(7)} [DEBUG] indented: continues the line above\n`,
    `${at(8)} [DEBUG] last\n`,
    '\n',
    `${at(9)} [DEBUG] unfinished`,
  ]
  const debug = [1, 2, 3, 7, 13, 15]
  const info = lines.filter((_, n) => !debug.includes(n)).join('')
  const sealed = await caller.newLog(lines.join(''))
  const live = await caller.newLog(lines.join(''), { live: true })

  test('DEBUG is every byte', async () => {
    for (const build of [sealed, live])
      assert.equal((await caller.get(downloadPath(build, 1, '&log_level=DEBUG'))).text, lines.join(''))
  })

  test('INFO, the default, leaves out the DEBUG lines and nothing else', async () => {
    for (const build of [sealed, live])
      for (const more of ['', '&log_level=INFO'])
        assert.equal((await caller.get(downloadPath(build, 1, more))).text, info, more)
  })

  test('a log that begins with a continuation begins at INFO', async () => {
    const build = await caller.newLog('\tindented\n')
    assert.equal((await caller.get(downloadPath(build))).text, '\tindented\n')
  })

  test('only a whole stamp makes a level', async () => {
    const log = [
      '[2025/06/26 14:23:32.169 GMT+08:00][DEBUG] x',
      '[2025-06-26 14:23:32.169 GMT+08:00] [DEBUG] x',
      '[DEBUG] x',
      `x ${at(1)} [DEBUG] x`,
      '',
    ].join('\n')
    assert.ok((await caller.get(downloadPath(await caller.newLog(log)))).text.includes('x [2025/06/26'))
    assert.ok((await caller.get(downloadPath(await caller.newLog(log)))).text.includes('\n[DEBUG] x'))
  })

  test('DEBUG lines that are larger than any buffer are left out whole', async () => {
    const giant = `${at(1)} [DEBUG] ${'x'.repeat(1_500_000)}\n`
    const build = await caller.newLog(`a\n${giant}b\n${giant} c\n${at(2)} [INFO] d\n`)
    assert.equal((await caller.get(downloadPath(build))).text, `a\nb\n${at(2)} [INFO] d\n`)
  })

  for (const level of ['debug', 'info', 'WARN', 'WARNING', 'ERROR', 'x', ''])
    test(`log_level=${level} is 400`, async () => {
      // The page names INFO and DEBUG; other spellings are read as malformed.
      assertRefused(
        await caller.get(downloadPath(sealed, 1, `&log_level=${level}`)),
        400,
        'CB.00060200',
        /log_level/,
      )
    })

  test('repeated it is 400', async () => {
    assertRefused(
      await caller.get(downloadPath(sealed, 1, '&log_level=INFO&log_level=INFO')),
      400,
      'CB.00060200',
      /log_level/,
    )
  })
})

describe('task_name and record_id', async () => {
  const build = await caller.newBuild(2)
  await caller.append(build, 1, 0, 'one\n')
  await caller.append(build, 2, 0, 'two\n')
  const path = (record: string, query: string) => `/v4/${record}/task-log${query}`

  test('stageX is the step with number X', async () => {
    assert.equal((await caller.get(downloadPath(build, 1))).text, 'one\n')
    assert.equal((await caller.get(downloadPath(build, 2))).text, 'two\n')
  })

  test('a missing, empty or repeated task_name is 400', async () => {
    for (const query of [
      '',
      '?',
      '?task_name=',
      '?task_name',
      '?task_name=stage1&task_name=stage1',
      '?log_level=INFO',
    ])
      assertRefused(await caller.get(path(build.record_id, query)), 400, 'CB.00060200', /task_name/)
  })

  for (const name of [
    'stage0',
    'stage01',
    'stage-1',
    'stage',
    '1',
    'Stage1',
    'STAGE1',
    'stage1.0',
    'stage1e1',
    'stage%201',
    '%20stage1',
    'stage1%20',
    'stage1%0A',
    'stage1234567890',
    'initial',
    'final',
    'stage1/..',
    'x'.repeat(2000),
  ])
    test(`task_name=${name.slice(0, 20)} is 400`, async () => {
      assertRefused(
        await caller.get(path(build.record_id, `?task_name=${name}`)),
        400,
        'CB.00060200',
        /task_name/,
      )
    })

  for (const record of [
    'a'.repeat(35),
    'a'.repeat(37),
    build.record_id.toUpperCase(),
    `${build.record_id.slice(1)}_`,
    `${build.record_id.slice(2)}%C3%A9`,
    '%20',
    'x',
  ])
    test(`record_id ${record} is 400`, async () => {
      assertRefused(await caller.get(path(record, '?task_name=stage1')), 400, 'CB.00060200', /record_id/)
    })

  test('every unknown record or stage gets the same 404', async () => {
    const replies = await Promise.all([
      caller.get(path(UNKNOWN_RECORD, '?task_name=stage1')),
      caller.get(path('-'.repeat(36), '?task_name=stage1')),
      caller.get(path(build.record_id, '?task_name=stage3')),
      caller.get(path(build.record_id, '?task_name=stage999999999')),
    ])
    for (const reply of replies) {
      assertRefused(reply, 404, 'DEVCB.00031006')
      assertSameRefusal(reply, replies[0]!)
    }
  })

  test('checks authentication, form and existence in this order', async () => {
    assertRefused(await send(server.url, 'GET', path('x', '')), 401, 'APIGW.0301')
    assertRefused(await send(server.url, 'GET', path(UNKNOWN_RECORD, '?task_name=stage1')), 401, 'APIGW.0301')
    assertRefused(await caller.get(path(UNKNOWN_RECORD, '?task_name=0')), 400, 'CB.00060200')
  })

  test('unknown parameters and a Content-Type are ignored', async () => {
    const reply = await caller.get(downloadPath(build, 1, '&compress=false&x=1&x=2'), {
      'Content-Type': 'application/json',
    })
    assert.equal(reply.text, 'one\n')
  })
})
