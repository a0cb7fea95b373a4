import Type from 'typebox'
import { operation } from '../../operation.ts'
import { createToken, tokenAnswer, tokenHeaders } from './create-token.ts'

const answerHeaders = Type.Object({
  'X-Subject-Token': Type.String({ description: 'The token that was checked.' }),
  'Cache-Control': Type.Literal('no-store'),
})

/**
 * Returns the user, scope and roles of the token in X-Subject-Token; X-Auth-Token is the caller's
 * own (Keystone v3). HEAD checks only whether the token is valid.
 */
export const describeToken = operation({
  name: 'describe-token',
  topic: 'identity',
  errorForm: 'keystone',
  access: 'open',
  method: 'GET',
  path: createToken.path,
  summary: 'Check a token',
  description: 'Returns the user, scope and roles of the token.',
  query: createToken.query,
  headers: tokenHeaders,
  answer: tokenAnswer,
  answerHeaders,
  errors: [401, 403],
  head: { summary: 'Check whether a token is valid' },
})
