import type { FastifyInstance } from 'fastify'
import type { ServedOperation } from '../../contract/openapi.ts'
import type { Operation } from '../../contract/operation.ts'

/** The routes of an application, as they are registered. */
export class ServedRoutes {
  readonly #isOpen = new Map<string, boolean>()

  /** Before the first route. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ method, url, config }) => {
      for (const one of [method].flat()) this.#isOpen.set(`${one} ${url}`, config?.access === 'open')
    })
  }

  /** The operations that are served. Throws for a route that no operation describes: what is not in the API document is not served. */
  describedBy(operations: readonly Operation[]): readonly ServedOperation[] {
    const byRoute = new Map(operations.map(operation => [`${operation.method} ${operation.path}`, operation]))
    return [...this.#isOpen].flatMap(([route, isOpen]) => {
      const operation = byRoute.get(route)
      if (operation !== undefined) return [{ operation, isOpen }]
      // HEAD answers what GET would, without its body.
      if (byRoute.has(route.replace(/^HEAD /, 'GET '))) return []
      throw new Error(
        `no operation of src/contract/operations.ts describes ${route}: run tools/list-operations.ts`,
      )
    })
  }
}
