import Type from 'typebox'
import { operation } from '../../operation.ts'
import { createSession } from './create-session.ts'

/** Ends the session of the cookie and clears the cookie. Does nothing without a session. */
export const deleteSession = operation({
  name: 'delete-session',
  topic: 'identity',
  access: 'open',
  method: 'DELETE',
  path: createSession.path,
  summary: 'Sign a browser out',
  answerHeaders: Type.Object({ 'Set-Cookie': Type.String({ description: 'Clears the cookie.' }) }),
  errors: [401, 403],
})
