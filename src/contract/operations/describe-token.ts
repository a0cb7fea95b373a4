import { operation } from '../operation.ts'
import { createToken, tokenAnswer } from './create-token.ts'

/** Tells what the token in X-Subject-Token stands for; X-Auth-Token is the caller's own (Keystone v3). HEAD tells only whether it holds. */
export const describeToken = operation({
  name: 'describe-token',
  method: 'GET',
  path: createToken.path,
  summary: 'Check a token',
  query: createToken.query,
  answer: tokenAnswer,
})
