import type { FastifyInstance } from 'fastify'
import type { Access } from '../../contract/access.ts'
import type { ServedOperation } from '../../contract/openapi.ts'
import type { Operation } from '../../contract/operation.ts'

/** The routes of an application, as they are registered. */
export class ServedRoutes {
  readonly #access = new Map<string, Access>()

  /** Before the first route. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ method, url, config }) => {
      for (const one of [method].flat())
        if (config?.access !== undefined) this.#access.set(`${one} ${url}`, config.access)
    })
  }

  /** The operations that are served. */
  describedBy(operations: readonly Operation[]): readonly ServedOperation[] {
    return [...this.#access].flatMap(([route, access]) => {
      const operation = operations.find(({ method, path }) => `${method} ${path}` === route)
      return operation === undefined ? [] : [{ operation, access }]
    })
  }

  /** Routes that no operation describes; HEAD needs no description of its own where GET has one. */
  missingIn(operations: readonly Operation[]): readonly string[] {
    const described = new Set(operations.map(({ method, path }) => `${method} ${path}`))
    return [...this.#access.keys()].filter(
      route => !described.has(route) && !described.has(route.replace(/^HEAD /, 'GET ')),
    )
  }
}
