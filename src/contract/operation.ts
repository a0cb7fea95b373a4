import type { TObject, TSchema } from 'typebox'

/**
 * One operation of the API: what crosses the wire, in one place. The server validates with it, clients take their types from it,
 * and the API document is made of it.
 */
export interface Operation {
  /** The same in every layer: `read-step-log` is a file of that name in contract, core and server. */
  readonly name: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  /** With `:name` for path parameters. */
  readonly path: string
  readonly summary: string
  readonly params?: TObject
  readonly query?: TObject
  readonly body?: TSchema
  /** The JSON body of a success, where it has one. */
  readonly answer?: TSchema
  /** The media type of a success that is no JSON, where that is not plain bytes. */
  readonly media?: string
}

/** Keeps the exact types of the schemas. */
export function operation<const T extends Operation>(definition: T): T {
  return definition
}
