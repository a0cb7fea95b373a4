import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRefused, type Caller } from './wire.ts'

/** A request as its path and parameters, from which tests make wrong ones. */
export interface Query {
  readonly path: string
  readonly parameters: Readonly<Record<string, string | number>>
}

export function urlOf({ path, parameters }: Query, changes: Query['parameters'] = {}, without = ''): string {
  const pairs = Object.entries({ ...parameters, ...changes }).filter(([name]) => name !== without)
  return `${path}?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`
}

/** Texts that are no number of docs/api.md §1. */
const MALFORMED = [
  '',
  '-1',
  '+1',
  '%2B1',
  '1.0',
  '1e3',
  '0x10',
  '%201',
  '1%20',
  '1,000',
  'one',
  '1_0',
  '%D9%A1',
  '10000000000000000',
  '9007199254740992',
  'NaN',
  'null',
  '1%00',
  '[1]',
]

/**
 * Tests for each parameter that is a number: malformed, repeated, and, where it may not be left
 * out, missing.
 */
export function describeNumbers(
  caller: Caller,
  query: Query,
  {
    mandatory = [],
    optional = [],
  }: { readonly mandatory?: readonly string[]; readonly optional?: readonly string[] },
): void {
  for (const name of [...mandatory, ...optional])
    test(`${name} is 400 if it is not a number or is repeated`, async () => {
      for (const value of MALFORMED)
        assertRefused(await caller.get(urlOf(query, { [name]: value })), 400, 'CB.00060200', new RegExp(name))
      const twice = `${urlOf(query, { [name]: 1 })}&${name}=1`
      assertRefused(await caller.get(twice), 400, 'CB.00060200', new RegExp(name))
    })
  for (const name of mandatory)
    test(`${name} must be there`, async () => {
      assertRefused(
        await caller.get(urlOf(query, {}, name)),
        400,
        'CB.00060200',
        new RegExp(`${name}.*missing`),
      )
    })
  for (const name of optional)
    test(`${name} may be left out`, async () => {
      assert.equal((await caller.get(urlOf(query, {}, name))).status, 200)
    })
}

/** Texts that are no job_id. */
export const NO_JOB_IDS: readonly string[] = [
  'a'.repeat(31),
  'a'.repeat(33),
  'A'.repeat(32),
  `${'a'.repeat(31)}-`,
  '*',
]
