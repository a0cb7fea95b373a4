import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isTailraceError } from '../../contract/errors.ts'
import type { Role } from '../../contract/roles.ts'
import type { Build, BuildCatalog, Step } from '../ports/build-catalog.ts'
import { requireReadableBuild, requireReadableStep, requireWritableStep } from './authorize.ts'
import type { Principal } from './principal.ts'

const OWN = '00000000-0000-4000-8000-000000000001'
const OTHERS = '00000000-0000-4000-8000-000000000002'
const MISSING = '00000000-0000-4000-8000-000000000003'

const creators = new Map([
  [OWN, 'me'],
  [OTHERS, 'another'],
])
const find = (address: object) => {
  const { recordId } = address as { recordId: string }
  const creatorId = creators.get(recordId)
  return creatorId === undefined ? undefined : { recordId, creatorId }
}
const builds = {
  findBuild: async (_: string, address: object) => find(address) as Build | undefined,
  findStep: async (_: string, address: object) => find(address) as Step | undefined,
} as Partial<BuildCatalog> as BuildCatalog

const caller = (...roles: Role[]): Principal => ({
  projectId: 'a'.repeat(32),
  userId: 'me',
  userName: 'me',
  roles: new Set(roles),
})
const holder: Principal = { ...caller(), onlyRecord: OWN }

/** What a caller gets for their own build, for another one, and for one that does not exist. */
async function answers(get: (recordId: string) => Promise<{ readonly recordId: string }>) {
  return Promise.all(
    [OWN, OTHERS, MISSING].map(async recordId => {
      try {
        assert.equal((await get(recordId)).recordId, recordId)
        return 'found'
      } catch (error) {
        if (!isTailraceError(error)) throw error
        return error.code
      }
    }),
  )
}

describe('a build or step is found', () => {
  const readable: readonly (readonly [string, Principal, readonly string[]])[] = [
    ['a reader', caller('reader'), ['found', 'found', 'not-found']],
    ['an admin', caller('admin'), ['found', 'found', 'not-found']],
    ['a runner', caller('runner'), ['found', 'not-allowed', 'not-found']],
    ['an upload token', holder, ['found', 'not-allowed', 'not-allowed']],
    ['a caller without a role', caller(), ['not-allowed', 'not-allowed', 'not-allowed']],
  ]
  for (const [name, who, expected] of readable)
    it(`for ${name} to read as the rules say`, async () => {
      const build = (recordId: string) => requireReadableBuild({ builds }, who, { recordId })
      const step = (recordId: string) => requireReadableStep({ builds }, who, { recordId }, 1)
      assert.deepEqual(await answers(build), expected)
      assert.deepEqual(await answers(step), expected)
    })

  const writable: readonly (readonly [string, Principal, readonly string[]])[] = [
    ['a reader', caller('reader'), ['not-allowed', 'not-allowed', 'not-allowed']],
    ['an admin', caller('admin'), ['found', 'found', 'not-found']],
    ['a runner', caller('runner'), ['found', 'not-allowed', 'not-found']],
    ['an upload token', holder, ['found', 'not-allowed', 'not-allowed']],
    ['a caller without a role', caller(), ['not-allowed', 'not-allowed', 'not-allowed']],
  ]
  for (const [name, who, expected] of writable)
    it(`for ${name} to write to as the rules say`, async () => {
      const step = (recordId: string) => requireWritableStep({ builds }, who, recordId, 1)
      assert.deepEqual(await answers(step), expected)
    })
})
