import { operation } from '../../operation.ts'
import { createToken, tokenHeaders } from './create-token.ts'

/** Revokes the token in X-Subject-Token at once; X-Auth-Token is the caller's own (Keystone v3). */
export const revokeToken = operation({
  name: 'revoke-token',
  topic: 'identity',
  errorForm: 'keystone',
  access: 'open',
  method: 'DELETE',
  path: createToken.path,
  summary: 'Revoke a token',
  description: 'Takes effect at once.',
  headers: tokenHeaders,
  errors: [401, 403],
})
