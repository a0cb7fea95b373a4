import type { Compilable, Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** A placeholder for the argument `name` in a query. */
export type Placeholder<Arguments> = <Name extends keyof Arguments>(name: Name) => Arguments[Name]

export type CompiledOnce<Arguments, Row> = (on: Kysely<Tables>, values: Arguments) => Promise<Row[]>

class Argument {
  readonly name: PropertyKey
  constructor(name: PropertyKey) {
    this.name = name
  }
}

/**
 * Compiles a query once, for queries that run thousands of times a second: compiling one takes
 * longer than running it. `on` is the database or a transaction. Usage: `compileOnce<{ log: LogId
 * }>()(value => db.selectFrom('steps').where('log', '=', value('log')))`.
 */
export function compileOnce<Arguments extends object>() {
  return <Row>(build: (value: Placeholder<Arguments>) => Compilable<Row>): CompiledOnce<Arguments, Row> => {
    const query = build(name => new Argument(name) as never).compile()
    const slots = query.parameters
    return async (on, values) => {
      const parameters = slots.map(slot =>
        slot instanceof Argument ? values[slot.name as keyof Arguments] : slot,
      )
      return (await on.executeQuery<Row>({ ...query, parameters })).rows
    }
  }
}
