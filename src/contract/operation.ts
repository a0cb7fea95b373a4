import type { TObject, TSchema } from 'typebox'
import type { Access } from './access.ts'
import type { Topic } from './topics.ts'

/**
 * One operation of the API: what crosses the wire, in one place. The server validates with it, clients take their types from it,
 * and the API document is made of it.
 */
export interface Operation {
  /** The same in every layer: `read-step-log` is a file of that name in contract, core and server. */
  readonly name: string
  readonly topic: Topic
  /** Who may call it. */
  readonly access: Access
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  /** With `:name` for path parameters. */
  readonly path: string
  readonly summary: string
  /** What a client must know beside its parts, in sentences. */
  readonly description?: string
  readonly params?: TObject
  readonly query?: TObject
  /**
   * What the request may carry, beside its credentials. Only the document takes it from here: routes read headers by themselves, as each
   * has a refusal of its own.
   */
  readonly headers?: TObject
  readonly body?: TSchema
  /** Fields of the body of which exactly one must be given. */
  readonly oneOf?: readonly string[]
  /** The media type of a body that is no JSON. */
  readonly bodyMedia?: string
  /** The JSON body of a success, where it has one. */
  readonly answer?: TSchema
  /** The media type of a success that is no JSON, where that is not plain bytes. */
  readonly media?: string
  /** Statuses of successes; without them 200, or 204 where there is nothing to tell. */
  readonly statuses?: readonly number[]
  /** What every success carries, or some where it is optional. */
  readonly answerHeaders?: TObject
  /** Statuses of refusals beside those that any operation of its kind has. */
  readonly refusals?: readonly number[]
  /** HEAD on the same path, where it is served. */
  readonly head?: HeadOperation
}

/** What differs from the operation on the same path. */
export interface HeadOperation {
  readonly summary: string
  readonly headers?: TObject
  readonly answerHeaders?: TObject
  readonly refusals?: readonly number[]
}

/** Keeps the exact types of the schemas. */
export function operation<const T extends Operation>(definition: T): T {
  return definition
}

/** The statuses that a success may have. */
export function successStatuses({ method, answer, media, statuses }: Operation): readonly number[] {
  if (statuses !== undefined) return statuses
  const tells = answer !== undefined || media !== undefined || method === 'GET' || method === 'HEAD'
  return [tells ? 200 : 204]
}
