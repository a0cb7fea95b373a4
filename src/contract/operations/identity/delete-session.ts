import Type from 'typebox'
import { operation } from '../../operation.ts'
import { createSession } from './create-session.ts'

/** Ends the session of the cookie and takes the cookie back; without one nothing happens. */
export const deleteSession = operation({
  name: 'delete-session',
  topic: 'identity',
  access: 'open',
  method: 'DELETE',
  path: createSession.path,
  summary: 'Sign a browser out',
  answerHeaders: Type.Object({ 'Set-Cookie': Type.String({ description: 'Takes the cookie back.' }) }),
  refusals: [401, 403],
})
