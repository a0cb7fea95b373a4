import type { Compilable, Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** Stands for the argument `name` where a query wants a value. */
export type Placeholder<Arguments> = <Name extends keyof Arguments>(name: Name) => Arguments[Name]

export type CompiledOnce<Arguments, Row> = (on: Kysely<Tables>, values: Arguments) => Promise<Row[]>

class Argument {
  readonly name: PropertyKey
  constructor(name: PropertyKey) {
    this.name = name
  }
}

/**
 * A query whose SQL text is made once, for queries that run thousands of times a second: to compile one costs more than
 * to run it. `on` is the database or a transaction of it. Usage: `compileOnce<{ log: LogId }>()(value => db.selectFrom('steps').where('log', '=', value('log')))`.
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
