import Type from 'typebox'
import { operation } from '../../operation.ts'

/** The process answers. */
export const checkHealth = operation({
  name: 'check-health',
  topic: 'operating',
  access: 'open',
  method: 'GET',
  path: '/healthz',
  summary: 'Tell that the server is alive',
  answer: Type.Object({ status: Type.Literal('ok') }),
})

/**
 * What keeps a server from taking and giving logs: it stops; its catalog does not answer; logs cannot be moved to packs; appends would wait for
 * space in the journal; the disk has no room for what the journal needs next.
 */
export type UnreadyPart = 'server' | 'catalog' | 'packs' | 'journal' | 'disk'

/** The server can take and give logs. Otherwise 503, whose body has, beside what every refusal has, `not_ready`: the parts that are not. */
export const checkReadiness = operation({
  name: 'check-readiness',
  topic: 'operating',
  access: 'open',
  method: 'GET',
  path: '/readyz',
  summary: 'Tell that the server can take and give logs',
  answer: Type.Object({ status: Type.Literal('ready') }),
})
