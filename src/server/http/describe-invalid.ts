import type { FastifySchemaValidationError } from 'fastify'
import { TailraceError } from '../../contract/errors.ts'

/**
 * Describes what a schema found wrong, by the name of the parameter. `job_id` has a code of its own
 * (docs/api.md §1).
 */
export function describeInvalid(errors: readonly FastifySchemaValidationError[]): TailraceError {
  const first = errors[0]
  if (first === undefined) return new TailraceError('invalid-parameter', 'Invalid param')
  const missing = first.keyword === 'required' ? String(first.params.missingProperty) : undefined
  const place = [...first.instancePath.split('/').slice(1), ...(missing === undefined ? [] : [missing])].join(
    '.',
  )
  const name = place === '' ? 'The body' : place
  if (missing !== undefined) return new TailraceError('invalid-parameter', `${name} is missing.`)
  // Query parameters are strings; the only thing of another type is a list, from a repeated one.
  if (first.keyword === 'type' && first.params.type === 'string')
    return new TailraceError('invalid-parameter', `${name} is repeated or not a string.`)
  if (place === 'job_id')
    return new TailraceError('invalid-job-id', 'job_id must be 32 digits and lower-case letters.')
  const { description } = (first as { parentSchema?: { description?: string } }).parentSchema ?? {}
  const wanted = description ?? `It ${first.message ?? 'is not allowed'}.`
  return new TailraceError('invalid-parameter', `${name} is invalid. ${wanted}`)
}
