import type { TObject, TSchema } from 'typebox'
import type { Access } from './access.ts'
import type { Topic } from './topics.ts'

/**
 * One operation of the API. The server validates requests with it, clients take their types from
 * it, and the API document is generated from it.
 */
export interface Operation {
  /**
   * The same in every layer: `read-step-log` is a file of that name in contract, core and server.
   */
  readonly name: string
  readonly topic: Topic
  /** Who may call it. */
  readonly access: Access
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  /** With `:name` for path parameters. */
  readonly path: string
  readonly summary: string
  /** What else a client must know, in sentences. */
  readonly description?: string
  readonly params?: TObject
  readonly query?: TObject
  /**
   * The headers of a request, without its credentials. Only the document uses them: routes read
   * headers themselves, because each is rejected in its own way.
   */
  readonly headers?: TObject
  readonly body?: TSchema
  /** Fields of the body of which exactly one must be given. */
  readonly oneOf?: readonly string[]
  /** The media type of a body that is not JSON. */
  readonly bodyMedia?: string
  /** The JSON body of a success, if it has one. */
  readonly answer?: TSchema
  /** The media type of a success that is neither JSON nor plain bytes. */
  readonly media?: string
  /** The statuses of successes. Default: 200, or 204 if there is no body. */
  readonly statuses?: readonly number[]
  /** The headers of successes. Optional ones are not in every answer. */
  readonly answerHeaders?: TObject
  /**
   * The form of error bodies where it is not Tailrace's own: Keystone's `{error: {code, message,
   * title}}`.
   */
  readonly errorForm?: 'keystone'
  /** The statuses of errors, in addition to those that every operation of its kind has. */
  readonly errors?: readonly number[]
  /** HEAD on the same path, if it is served. */
  readonly head?: HeadOperation
}

/** What differs from the GET on the same path. */
export interface HeadOperation {
  readonly summary: string
  readonly headers?: TObject
  readonly answerHeaders?: TObject
  readonly errors?: readonly number[]
}

/** Returns the definition with the exact types of its schemas. */
export function operation<const T extends Operation>(definition: T): T {
  return definition
}

/** The statuses that a success can have. */
export function successStatuses({ method, answer, media, statuses }: Operation): readonly number[] {
  if (statuses !== undefined) return statuses
  const hasBody = answer !== undefined || media !== undefined || method === 'GET' || method === 'HEAD'
  return [hasBody ? 200 : 204]
}
