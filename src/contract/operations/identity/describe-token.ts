import Type from 'typebox'
import { operation } from '../../operation.ts'
import { createToken, tokenAnswer, tokenHeaders } from './create-token.ts'

const answerHeaders = Type.Object({
  'X-Subject-Token': Type.String({ description: 'The token that was asked about.' }),
  'Cache-Control': Type.Literal('no-store'),
})

/** Tells what the token in X-Subject-Token stands for; X-Auth-Token is the caller's own (Keystone v3). HEAD tells only whether it holds. */
export const describeToken = operation({
  name: 'describe-token',
  topic: 'identity',
  access: 'open',
  method: 'GET',
  path: createToken.path,
  summary: 'Check a token',
  query: createToken.query,
  headers: tokenHeaders,
  answer: tokenAnswer,
  answerHeaders,
  refusals: [401, 403],
  head: { summary: 'Ask whether a token holds' },
})
