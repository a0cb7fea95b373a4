/** One request for each operation, as a person would type it. */
import type { TSchema } from 'typebox'
import { Check } from 'typebox/value'
import type { Operation } from '../../src/contract/operation.ts'
import { isObject, type Schema } from './type-text.ts'

/** Bodies that cannot be derived from what their schemas require. */
const BODIES: Readonly<Record<string, unknown>> = {
  'create-token': {
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: 'admin', password: 'PASSWORD', domain: { name: 'DOMAIN' } } },
      },
      scope: { project: { name: 'PROJECT' } },
    },
  },
  'create-session': { user: 'admin', password: 'PASSWORD', project: 'PROJECT' },
  'create-temporary-key': { auth: { identity: { methods: ['token'], token: { id: 'TOKEN' } } } },
  'create-build': { job_name: 'nightly', steps: [{ name: 'compile' }, { name: 'test' }] },
  'add-steps': { steps: [{ name: 'package' }] },
  'create-user': { name: 'ci', password: 'PASSWORD', roles: ['runner'] },
  'create-project': { name: 'PROJECT' },
  'change-user': { roles: ['reader'] },
  'set-retention': { days: 30 },
  'finish-step': { status: 'SUCCESS', size: 4096 },
  'finish-build': { status: 'SUCCESS' },
  'create-key': {},
}
const PARAMETERS: Readonly<Record<string, string>> = {
  name: 'ci',
  access_key: 'ACCESS_KEY',
  project_id: '0123456789abcdef0123456789abcdef',
  build_project_id: '0k5bq8z1-x7c4-v2n9-m3a6-s1d8f5g2h7j4',
  build_number: '1',
  start_time: '2026-11-01 00:00:00',
  end_time: '2026-11-30 23:59:59',
  offset: '0',
  q: 'error',
}

/** A curl command for the operation. Throws if its parts do not fit the operation's schemas. */
export function curlOf(operation: Operation): string {
  const { name, method, path, params, query, headers, body, bodyMedia, access } = operation
  const place = path.replaceAll(/:(\w+)/g, (_, key: string) => exampleOf(operation, params, key))
  const asked = required(query).map(key => `${key}=${encodeURIComponent(exampleOf(operation, query, key))}`)
  const url = `"$TAILRACE_URL${place}${asked.length === 0 ? '' : `?${asked.join('&')}`}"`
  const lines = [`curl ${methodFlags(method, body !== undefined || bodyMedia !== undefined)}${url}`]
  if (access !== 'open') lines.push('-H "X-Auth-Token: $TOKEN"')
  for (const key of required(headers)) lines.push(headerFlag(operation, key))
  if (bodyMedia !== undefined) lines.push(`-H 'Content-Type: ${bodyMedia}'`, '--data-binary @build.log')
  if (body !== undefined) lines.push("-H 'Content-Type: application/json'", `-d '${bodyOf(name, body)}'`)
  return lines.join(' \\\n  ')
}

function methodFlags(method: string, hasBody: boolean): string {
  if (method === 'HEAD') return '-I '
  return method === 'GET' || (method === 'POST' && hasBody) ? '' : `-X ${method} `
}

function headerFlag(operation: Operation, key: string): string {
  if (/-Token$/.test(key)) return `-H "${key}: $TOKEN"`
  return `-H '${key}: ${exampleOf(operation, operation.headers, key)}'`
}

function required(schema: TSchema | undefined): readonly string[] {
  const names = (schema as Schema | undefined)?.required
  return Array.isArray(names) ? names : []
}

function exampleOf({ name }: Operation, schema: TSchema | undefined, key: string): string {
  const properties = (schema as Schema | undefined)?.properties
  const field = isObject(properties) ? properties[key] : undefined
  if (!isObject(field)) throw new Error(`${name} has no schema for ${key}`)
  const [example] = Array.isArray(field.examples) ? field.examples : []
  const value = example ?? field.const ?? PARAMETERS[key]
  if (typeof value !== 'string' || !Check(field as TSchema, value))
    throw new Error(
      `${name} needs an example of ${key}: in its schema, or in tools/api-docs/example-request.ts`,
    )
  return value
}

function bodyOf(name: string, schema: TSchema): string {
  const body = BODIES[name]
  if (body === undefined || !Check(schema, body))
    throw new Error(`${name} needs an example of its body in tools/api-docs/example-request.ts`)
  return JSON.stringify(body)
}
