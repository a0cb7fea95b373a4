import Type from 'typebox'
import { operation } from '../operation.ts'

/** The process answers. */
export const checkHealth = operation({
  name: 'check-health',
  method: 'GET',
  path: '/healthz',
  summary: 'Tell that the server is alive',
  answer: Type.Object({ status: Type.Literal('ok') }),
})

/** The server can take and give logs; 503 while it starts, stops, or its store fails. */
export const checkReadiness = operation({
  name: 'check-readiness',
  method: 'GET',
  path: '/readyz',
  summary: 'Tell that the server can take and give logs',
  answer: Type.Object({ status: Type.Literal('ready') }),
})
