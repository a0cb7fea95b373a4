import Type from 'typebox'
import { operation } from '../../operation.ts'

/** Answers as long as the process runs. */
export const checkHealth = operation({
  name: 'check-health',
  topic: 'operating',
  access: 'open',
  method: 'GET',
  path: '/healthz',
  summary: 'Check that the server is alive',
  answer: Type.Object({ status: Type.Literal('ok') }),
})

/**
 * Why a server is not ready: it is stopping, its catalog does not answer, logs cannot be moved to
 * packs, appends would wait for space in the journal, or the disk has no room for the journal.
 */
export type UnreadyPart = 'server' | 'catalog' | 'packs' | 'journal' | 'disk'

/**
 * Answers 200 if the server can store and serve logs. Otherwise 503, whose error body also has
 * `not_ready`: the parts that are not ready.
 */
export const checkReadiness = operation({
  name: 'check-readiness',
  topic: 'operating',
  access: 'open',
  method: 'GET',
  path: '/readyz',
  summary: 'Check that the server can store and serve logs',
  description: 'If not, the body of the 503 also has not_ready: the parts that are not ready.',
  answer: Type.Object({ status: Type.Literal('ready') }),
})
