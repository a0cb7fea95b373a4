import { LRUCache } from 'lru-cache'
import { isTailraceError, type TailraceError } from '../../contract/errors.ts'
import type { EpochMs } from '../../contract/quantities.ts'
import type { ExternalTokens, KnownToken } from '../callers.ts'
import { notAuthenticated, requireUnexpired } from '../errors.ts'
import type { RequestRate } from '../request-rate.ts'
import { admitExternal, type ExternalRules } from './admit-external.ts'
import type { AskKeystone } from './ask-keystone.ts'
import type { KeystoneToken } from './keystone-token.ts'

export interface ExternalTokensPorts {
  readonly rules: ExternalRules
  readonly ask: AskKeystone
  readonly isOwnProject: (projectId: string) => Promise<boolean>
  /** How long a yes of the IAM is trusted. A no is trusted for at most five seconds. */
  readonly cacheMs: number
  /** Counts tokens that turned out invalid, by client address. */
  readonly rejectedRate: RequestRate
  readonly now: () => EpochMs
}

const MAX_ENTRIES = 10_000
const REJECTED_FOR_MS = 5000
const UNAVAILABLE_FOR_MS = 1000

interface Held {
  readonly known: KnownToken
  readonly freshUntilMs: EpochMs
}

interface Rejected {
  readonly error: TailraceError
  readonly untilMs: EpochMs
}

export function createExternalTokens(ports: ExternalTokensPorts): ExternalTokens {
  const { cacheMs, rejectedRate, now } = ports
  // Two maps, so that a flood of invalid tokens evicts no valid one.
  const held = new LRUCache<string, Held>({ max: MAX_ENTRIES })
  const rejected = new LRUCache<string, Rejected>({ max: MAX_ENTRIES })
  const asking = new Map<string, Promise<KnownToken>>()

  const ask = async (text: string, sha256: string, clientAddress: string) => {
    // A token that was valid before costs nothing, or a busy address would lock itself out.
    const isNew = held.get(sha256) === undefined
    if (isNew) rejectedRate.take(clientAddress)
    try {
      const known = await askFor(ports, text, sha256)
      if (isNew) rejectedRate.giveBack(clientAddress)
      held.set(sha256, { known, freshUntilMs: now() + cacheMs })
      return known
    } catch (error) {
      if (isTailraceError(error)) remember(sha256, error)
      throw error
    }
  }
  const remember = (sha256: string, error: TailraceError) => {
    const isDown = error.code === 'iam-unavailable'
    if (!isDown) held.delete(sha256)
    const forMs = isDown ? UNAVAILABLE_FOR_MS : Math.min(REJECTED_FOR_MS, cacheMs)
    rejected.set(sha256, { error, untilMs: now() + forMs })
  }
  const recall = (sha256: string) => {
    const entry = held.get(sha256)
    if (entry === undefined) return undefined
    requireUnexpired(entry.known.token.expiresAtMs, now())
    return now() < entry.freshUntilMs ? entry.known : undefined
  }
  return {
    recall,
    async require(text, sha256, clientAddress) {
      const known = recall(sha256)
      if (known !== undefined) return known
      const no = rejected.get(sha256)
      if (no !== undefined && now() < no.untilMs) throw no.error
      const inFlight = asking.get(sha256)
      if (inFlight !== undefined) return inFlight
      const answer = ask(text, sha256, clientAddress).finally(() => asking.delete(sha256))
      asking.set(sha256, answer)
      return answer
    },
  }
}

async function askFor(ports: ExternalTokensPorts, text: string, sha256: string): Promise<KnownToken> {
  const token = await ports.ask(text)
  if (token === undefined) throw notAuthenticated('decrypt token fail')
  const nowMs = ports.now()
  requireUnexpired(token.expiresAtMs, nowMs)
  return knownToken(ports, token, sha256, nowMs)
}

async function knownToken(
  { rules, isOwnProject }: ExternalTokensPorts,
  { methods, issuedAtMs, expiresAtMs, user, project, domain, roleNames }: KeystoneToken,
  sha256: string,
  nowMs: EpochMs,
): Promise<KnownToken> {
  const { roles, principal, accessDenial } = await admitExternal(
    rules,
    { user, project, roleNames },
    isOwnProject,
  )
  return {
    token: { sha256, methods, roles, issuedAtMs: issuedAtMs ?? nowMs, expiresAtMs },
    user: { ...user, iamUrl: rules.url },
    project,
    domain,
    principal,
    accessDenial,
  }
}
