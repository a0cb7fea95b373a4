import { createIam } from '../../src/iam/iam.ts'
import { createPasswordHasher } from '../../src/iam/secrets/password-hasher.ts'
import { MemoryCredentials } from '../../src/store/memory/memory-credentials.ts'
import { BOOTSTRAP } from './server-process.ts'

/** Hashes passwords at almost no cost. */
export const CHEAP_PASSWORDS = createPasswordHasher({ cost: { memoryKib: 64, passes: 1 } })

/**
 * The IAM over a store in memory with the bootstrap admin, and a clock that tests set.
 */
export async function openTestIam() {
  const clock = { ms: Date.parse('2026-01-02T03:04:05.678Z') }
  const stores = new MemoryCredentials()
  const secret = Buffer.alloc(32, 7)
  const iam = await createIam({ stores, secret, now: () => clock.ms, passwords: CHEAP_PASSWORDS })
  const first = await iam.bootstrap(BOOTSTRAP)
  if (first === undefined) throw new Error('the store was not empty')
  return { iam, stores, secret, clock, first }
}

export type TestIam = Awaited<ReturnType<typeof openTestIam>>
