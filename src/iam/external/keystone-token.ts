import type { EpochMs } from '../../contract/quantities.ts'
import type { Domain, Project } from '../../core/ports/credentials.ts'

/** What a Keystone v3 service says of a valid token (Identity API v3, `GET /v3/auth/tokens`). */
export interface KeystoneToken {
  readonly methods: readonly string[]
  readonly issuedAtMs: EpochMs | undefined
  readonly expiresAtMs: EpochMs
  readonly user: { readonly id: string; readonly name: string; readonly domain: Domain }
  /**
   * Undefined for a token that is for a domain, for the whole system, or without a scope. The id of
   * its domain is empty if the service did not name it.
   */
  readonly project: Project | undefined
  readonly domain: Domain | undefined
  readonly roleNames: readonly string[]
}

/** Undefined for anything that is not such an answer. Other fields of the answer are ignored. */
export function readKeystoneToken(text: string): KeystoneToken | undefined {
  try {
    return tokenOf(field(JSON.parse(text), 'token'))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof NotSuch) return undefined
    throw error
  }
}

class NotSuch extends Error {}

function tokenOf(token: unknown): KeystoneToken {
  // A project that acts as a domain counts as one.
  const project = field(token, 'is_domain') === true ? undefined : field(token, 'project')
  const domain = field(token, 'domain')
  const issuedAt = field(token, 'issued_at')
  return {
    methods: texts(field(token, 'methods') ?? []),
    issuedAtMs: issuedAt === undefined ? undefined : time(issuedAt),
    expiresAtMs: time(field(token, 'expires_at')),
    user: inDomain(field(token, 'user')),
    project: isAbsent(project) ? undefined : projectOf(project),
    domain: isAbsent(domain) ? undefined : named(domain),
    roleNames: list(field(token, 'roles') ?? []).map(role => line(field(role, 'name'))),
  }
}

/** Services of this family differ in whether they name the domain of a project. */
function projectOf(thing: unknown): Project {
  return isAbsent(field(thing, 'domain')) ? { ...named(thing), domain: UNNAMED } : inDomain(thing)
}

const UNNAMED: Domain = { id: '', name: '' }

function inDomain(thing: unknown): Project {
  return { ...named(thing), domain: named(field(thing, 'domain')) }
}

function named(thing: unknown): Domain {
  return { id: line(field(thing, 'id')), name: line(field(thing, 'name')) }
}

function field(thing: unknown, name: string): unknown {
  if (typeof thing !== 'object' || thing === null) throw new NotSuch()
  return Object.hasOwn(thing, name) ? (thing as Record<string, unknown>)[name] : undefined
}

function isAbsent(thing: unknown): boolean {
  return thing === undefined || thing === null
}

function list(thing: unknown): readonly unknown[] {
  if (!Array.isArray(thing)) throw new NotSuch()
  return thing
}

function texts(thing: unknown): readonly string[] {
  return list(thing).map(line)
}

const LINE = /^[^\p{Cc}\p{Cs}\u2028\u2029]{1,255}$/u

function line(thing: unknown): string {
  if (typeof thing !== 'string' || !LINE.test(thing)) throw new NotSuch()
  return thing
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:\d\d)?$/

/** Without a zone it is UTC, the only one that Keystone uses. */
function time(thing: unknown): EpochMs {
  const match = typeof thing === 'string' ? TIME.exec(thing) : null
  const ms = match === null ? Number.NaN : Date.parse(match[1]! + (match[2] ?? 'Z'))
  if (Number.isNaN(ms)) throw new NotSuch()
  return ms
}
