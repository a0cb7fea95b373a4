import type { FastifyInstance } from 'fastify'
import type { Static, TObject, TSchema } from 'typebox'
import type { Operation } from '../../contract/operation.ts'
import type { Principal } from '../../core/access/principal.ts'
import { principalOf } from '../guard/guard-routes.ts'

type StaticOf<Schema> = Schema extends TSchema ? Static<Schema> : Record<string, never>

/** A request of an operation, as its schemas let it through, and who asks. */
export interface JsonRequest<O extends Operation> {
  readonly who: Principal
  readonly params: StaticOf<O['params']>
  readonly query: StaticOf<O['query']>
}

type JsonAnswer<O extends Operation> = O extends { readonly answer: infer A extends TSchema }
  ? Static<A>
  : never

/** Registers a GET that answers JSON to callers who can read some build; what they may read of it, `answer` decides. */
export function serveJson<O extends Operation>(
  app: FastifyInstance,
  operation: O,
  answer: (request: JsonRequest<O>) => Promise<JsonAnswer<O>>,
): void {
  const { path, params, query } = operation
  const schema: { params?: TObject; querystring?: TObject } = {}
  if (params !== undefined) schema.params = params
  if (query !== undefined) schema.querystring = query
  app.get(path, { schema, config: { operation } }, (request, reply) => {
    reply.type('application/json;charset=UTF-8')
    return answer({
      who: principalOf(request),
      params: request.params as StaticOf<O['params']>,
      query: request.query as StaticOf<O['query']>,
    })
  })
}
