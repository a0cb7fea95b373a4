import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  json,
  type KeystoneFront,
  keystoneToken,
  openKeystoneFront,
} from '../../../test/props/keystone-front.ts'
import { isTailraceError } from '../../contract/errors.ts'
import { createKeystone } from './ask-keystone.ts'

const GENEROUS_MS = 60_000

test('a limited number of requests is in flight, over a few connections, and the rest is rejected at once', async () => {
  const answer = json(200, keystoneToken(['reader']))
  const held: (() => void)[] = []
  const isFull = Promise.withResolvers<void>()
  await using front: KeystoneFront = await openKeystoneFront((request, response) => {
    held.push(() => answer(request, response))
    if (held.length === 16) isFull.resolve()
  })
  const ask = createKeystone(front.url, GENEROUS_MS)
  const asked = Array.from({ length: 256 }, (_, n) => ask(`token-${n}`))
  await isFull.promise
  await assert.rejects(ask('one-more'), error => isTailraceError(error, 'iam-unavailable'))
  assert.equal(front.asked.length, 16)
  front.answer = answer
  for (const release of held) release()
  for (const token of await Promise.all(asked)) assert.equal(token?.roleNames[0], 'reader')
  assert.equal(front.mostAtOnce, 16)
  assert.equal((await ask('one-more'))?.user.name, 'glance')
})

test('a service that does not answer in time is given up, also for those who wait for a connection', async () => {
  await using front = await openKeystoneFront(() => {})
  const ask = createKeystone(front.url, 50)
  const answers = await Promise.allSettled(Array.from({ length: 40 }, (_, n) => ask(`token-${n}`)))
  for (const answer of answers) {
    assert.equal(answer.status, 'rejected')
    assert.ok(isTailraceError(answer.reason, 'iam-unavailable'))
    assert.ok(!String(answer.reason.cause).includes('token-'))
  }
  front.answer = json(200, keystoneToken(['reader']))
  const again = createKeystone(front.url, GENEROUS_MS)
  assert.equal((await again('token-0'))?.roleNames.length, 1)
})

test('a connection that the service closed meanwhile costs no answer', async () => {
  const answer = json(200, keystoneToken(['reader']))
  await using front = await openKeystoneFront(answer)
  const ask = createKeystone(front.url, GENEROUS_MS)
  const ports = new Set<number | undefined>()
  front.answer = (request, response) => {
    const { remotePort } = request.socket
    if (ports.has(remotePort)) request.socket.destroy()
    else answer(request, response)
    ports.add(remotePort)
  }
  for (let n = 0; n < 5; n++) assert.equal((await ask(`token-${n}`))?.roleNames[0], 'reader')
  assert.ok(front.asked.length > 5, 'a connection was used again')
})
