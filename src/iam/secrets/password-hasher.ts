import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { TailraceError } from '../../contract/errors.ts'

/** What one hash costs; larger is safer and slower. */
export interface HashCost {
  readonly memoryKib: number
  readonly passes: number
}

export interface PasswordHasherOptions {
  readonly cost?: HashCost
  /**
   * Hashes at the same time. Each takes the memory of the cost and one thread of the pool that
   * disks use too.
   */
  readonly parallel?: number
  /** How many may wait for their turn. */
  readonly maxWaiting?: number
}

/**
 * Rejects with `rate-limited` when too many wait already, so that a flood of logins takes no more
 * memory than a few do.
 */
export interface PasswordHasher {
  /**
   * A text that also names the algorithm, its parameters and the salt:
   * `$argon2id$v=19$m=,t=,p=$salt$hash`.
   */
  hash(password: string): Promise<string>

  /**
   * Whether this is the password. Pass undefined for an unknown user: the answer is false and takes
   * equally long.
   */
  verify(password: string, stored: string | undefined): Promise<boolean>
}

/**
 * Argon2id with the least that OWASP's password storage guide recommends: 19 MiB, two passes, one
 * lane.
 */
const DEFAULT_COST: HashCost = { memoryKib: 19 * 1024, passes: 2 }
const SALT_BYTES = 16
const HASH_BYTES = 32
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=1\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/
const RETRY_AFTER_SECONDS = 2

export function createPasswordHasher(options: PasswordHasherOptions = {}): PasswordHasher {
  const { cost = DEFAULT_COST, parallel = 2, maxWaiting = 64 } = options
  const inTurn = takingTurns(parallel, maxWaiting)
  const decoy = { ...cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) }
  return {
    hash: password =>
      inTurn(async () => {
        const salt = randomBytes(SALT_BYTES)
        const hash = await argon2id(password, salt, cost, HASH_BYTES)
        return `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=1$${unpadded(salt)}$${unpadded(hash)}`
      }),
    verify: (password, stored) =>
      inTurn(async () => {
        const known = stored === undefined ? decoy : parse(stored)
        const hash = await argon2id(password, known.salt, known, known.hash.length)
        return timingSafeEqual(hash, known.hash) && stored !== undefined
      }),
  }
}

const argon2Async = promisify<'argon2id', Argon2Parameters, Buffer>(
  argon2 as (
    algorithm: 'argon2id',
    parameters: Argon2Parameters,
    done: (error: Error | null, hash: Buffer) => void,
  ) => void,
)

function argon2id(
  password: string,
  nonce: Buffer,
  { memoryKib, passes }: HashCost,
  tagLength: number,
): Promise<Buffer> {
  return argon2Async('argon2id', {
    message: password,
    nonce,
    memory: memoryKib,
    passes,
    parallelism: 1,
    tagLength,
  })
}

function parse(stored: string): HashCost & { salt: Buffer; hash: Buffer } {
  const parts = PHC.exec(stored)
  if (parts === null) throw new Error('a stored password hash is not of the form that Tailrace writes')
  const [, memory, passes, salt, hash] = parts as unknown as [string, string, string, string, string]
  return {
    memoryKib: Number(memory),
    passes: Number(passes),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

type InTurn = <T>(work: () => Promise<T>) => Promise<T>

function takingTurns(parallel: number, maxWaiting: number): InTurn {
  const waiting: (() => void)[] = []
  let running = 0
  return async work => {
    if (running >= parallel) {
      if (waiting.length >= maxWaiting)
        throw new TailraceError('rate-limited', 'Too many logins at the same time.', {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        })
      await new Promise<void>(resolve => waiting.push(resolve))
    } else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
