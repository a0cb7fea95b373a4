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

  /** The operations that are served. */
  describedBy(operations: readonly Operation[]): readonly ServedOperation[] {
    return [...this.#isOpen].flatMap(([route, isOpen]) => {
      const operation = operations.find(({ method, path }) => `${method} ${path}` === route)
      return operation === undefined ? [] : [{ operation, isOpen }]
    })
  }

  /** Routes that no operation describes; HEAD needs no description of its own where GET has one. */
  missingIn(operations: readonly Operation[]): readonly string[] {
    const described = new Set(operations.map(({ method, path }) => `${method} ${path}`))
    return [...this.#isOpen.keys()].filter(
      route => !described.has(route) && !described.has(route.replace(/^HEAD /, 'GET ')),
    )
  }
}
