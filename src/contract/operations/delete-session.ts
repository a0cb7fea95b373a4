import { operation } from '../operation.ts'
import { createSession } from './create-session.ts'

/** Ends the session of the cookie and takes the cookie back; without one nothing happens. */
export const deleteSession = operation({
  name: 'delete-session',
  method: 'DELETE',
  path: createSession.path,
  summary: 'Sign a browser out',
})
