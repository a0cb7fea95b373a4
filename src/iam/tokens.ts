import { isTailraceError, TailraceError } from '../contract/errors.ts'
import type { EpochMs } from '../contract/quantities.ts'
import type { Role } from '../contract/roles.ts'
import type { CredentialStores, Domain, Token, User } from '../core/ports/credentials.ts'
import type { Callers, KnownToken, OwnToken } from './callers.ts'
import { notAuthenticated, requireOwnUser } from './errors.ts'
import type { RequestRate } from './request-rate.ts'
import type { PasswordHasher } from './secrets/password-hasher.ts'
import { newTokenText, tokenSha256 } from './token-text.ts'

/** A thing by its id or its name. */
export type IdOrName = { readonly id: string } | { readonly name: string }

/** The scope that is asked for. */
export type WantedScope =
  | { readonly project: { readonly id: string } | { readonly name: string; readonly domain?: IdOrName } }
  | { readonly domain: IdOrName }

/**
 * A request for a token. Without a scope it is for the user's domain; without a domain, for the
 * only one there is.
 */
export interface Login {
  readonly user: { readonly id: string } | { readonly name: string; readonly domain?: IdOrName }
  readonly password: string
  readonly scope?: WantedScope
}

/** A new token: its text, which is stored nowhere, and what it stands for. */
export interface NewToken {
  readonly text: string
  readonly known: OwnToken
}

export interface Tokens {
  /**
   * Makes a token that lives 24 hours. Rejects with `not-authenticated` for a wrong user or
   * password, which take equally long, and for a scope that the user does not belong to. Rejects
   * with `rate-limited` per user and address, and per address.
   */
  createToken(login: Login, clientAddress: string): Promise<NewToken>

  /**
   * Makes a token of the same user for another scope, or without one for their domain. It expires
   * with the token that it is made from, and ends with it. Rejects with `not-allowed` when a token
   * for a project asks for another project, even by way of a domain, and for a token of the
   * external IAM. Rejects with `not-authenticated` when the token is invalid or was re-scoped too
   * many times, or when the user does not belong to the scope, and with `rate-limited` like
   * `createToken`.
   */
  rescopeToken(text: string, scope: WantedScope | undefined, clientAddress: string): Promise<NewToken>

  /**
   * What a token stands for. Rejects with `not-authenticated` when the caller's own token is
   * invalid, then with `invalid-parameter` when there is no subject, and with `not-found` when the
   * subject is invalid or out of the caller's reach.
   */
  describeToken(
    callerText: string | undefined,
    subjectText: string | undefined,
    clientAddress: string,
  ): Promise<KnownToken>

  /**
   * Ends a token at once. Rejects like `describeToken`, and with `not-allowed` for a token of the
   * external IAM.
   */
  revokeToken(
    callerText: string | undefined,
    subjectText: string | undefined,
    clientAddress: string,
  ): Promise<void>
}

export interface TokensPorts {
  readonly stores: CredentialStores
  readonly callers: Callers
  readonly passwords: PasswordHasher
  readonly now: () => EpochMs
  /** By user and address. */
  readonly loginRate: RequestRate
  /** By address. */
  readonly addressRate: RequestRate
}

const LIFE_MS = 24 * 60 * 60_000
const NO_ROLES: ReadonlySet<Role> = new Set()

export function createTokens(ports: TokensPorts): Tokens {
  return {
    async createToken(login, clientAddress) {
      const user = await provenUser(ports, login, clientAddress)
      const { id: userId, passwordVersion } = user
      const scoped = await scopeOf(ports.stores, user, login.scope)
      const issuedAtMs = ports.now()
      const expiresAtMs = issuedAtMs + LIFE_MS
      return issue(ports, {
        ...scoped,
        userId,
        methods: ['password'],
        passwordVersion,
        issuedAtMs,
        expiresAtMs,
      })
    },
    async rescopeToken(text, wanted, clientAddress) {
      ports.addressRate.take(clientAddress)
      const { token, user } = await ports.callers.requireOwnToken(text, clientAddress)
      ports.loginRate.take(tokenSha256(`${user.id} ${clientAddress}`))
      const scoped = await scopeOf(ports.stores, user, wanted)
      await requireWithin(ports.stores, token, scoped.scope)
      const parentSha256 = token.sha256
      const methods = [...new Set([...token.methods, 'token'])]
      const issuedAtMs = ports.now()
      return issue(ports, { ...token, ...scoped, parentSha256, methods, issuedAtMs })
    },
    describeToken: (callerText, subjectText, clientAddress) =>
      knownSubject(ports.callers, callerText, subjectText, clientAddress),
    async revokeToken(callerText, subjectText, clientAddress) {
      const { token, user } = await knownSubject(ports.callers, callerText, subjectText, clientAddress)
      requireOwnUser(user)
      await ports.stores.revokeToken(token.sha256)
    },
  }
}

async function issue({ stores, callers }: TokensPorts, token: Omit<Token, 'sha256'>): Promise<NewToken> {
  const text = newTokenText()
  await stores.addToken({ ...token, sha256: tokenSha256(text) })
  return { text, known: await callers.requireStoredToken(tokenSha256(text)) }
}

/** More re-scopings in a row than this are no client's need. */
const MAX_RESCOPINGS = 8

/** A token that was, at any step of its making, for one project stays within it. */
async function requireWithin(stores: CredentialStores, token: Token, wanted: Token['scope']): Promise<void> {
  let from: Token | undefined = token
  for (let step = 0; from !== undefined; step++) {
    if (step === MAX_RESCOPINGS) throw notAuthenticated('the token was re-scoped too many times over')
    if ('projectId' in from.scope && 'projectId' in wanted && from.scope.projectId !== wanted.projectId)
      throw new TailraceError('not-allowed', 'A token for one project cannot become one for another.')
    from = from.parentSha256 === undefined ? undefined : await stores.findToken(from.parentSha256)
  }
}

async function provenUser(ports: TokensPorts, login: Login, clientAddress: string): Promise<User> {
  const { stores, passwords } = ports
  ports.addressRate.take(clientAddress)
  ports.loginRate.take(tokenSha256(`${JSON.stringify(login.user)} ${clientAddress}`))
  const user = await findUser(stores, login.user)
  if (!(await passwords.verify(login.password, user?.passwordHash)) || user === undefined)
    throw new TailraceError('not-authenticated', 'The username or password is wrong.')
  return user
}

async function findUser(stores: CredentialStores, by: Login['user']): Promise<User | undefined> {
  if ('id' in by) return stores.findUser({ id: by.id })
  const domain = await (by.domain === undefined ? stores.soleDomain() : stores.findDomain(by.domain))
  return domain && stores.findUser({ domainId: domain.id, name: by.name })
}

/** A missing project and one where the user has no role look the same. */
async function scopeOf(
  stores: CredentialStores,
  user: User,
  wanted: Login['scope'],
): Promise<Pick<Token, 'scope' | 'roles'>> {
  const wholeDomain = { scope: { domainId: user.domain.id }, roles: NO_ROLES }
  if (wanted === undefined) return wholeDomain
  if ('domain' in wanted) {
    if (!isSame(user.domain, wanted.domain))
      throw new TailraceError('not-authenticated', 'The user has no access to this domain.')
    return wholeDomain
  }
  const project = await findProject(stores, user.domain, wanted.project)
  const roles = project === undefined ? NO_ROLES : await stores.rolesOf(user.id, project.id)
  if (project === undefined || roles.size === 0)
    throw new TailraceError('not-authenticated', 'The user has no access to this project.')
  return { scope: { projectId: project.id }, roles }
}

async function findProject(
  stores: CredentialStores,
  usersDomain: Domain,
  by: { readonly id: string } | { readonly name: string; readonly domain?: IdOrName },
) {
  if ('id' in by) return stores.findProject({ id: by.id })
  const domain = by.domain === undefined ? usersDomain : await stores.findDomain(by.domain)
  return domain && stores.findProject({ domainId: domain.id, name: by.name })
}

function isSame(domain: Domain, by: IdOrName): boolean {
  return 'id' in by ? by.id === domain.id : by.name === domain.name
}

async function knownSubject(
  callers: Callers,
  callerText: string | undefined,
  subjectText: string | undefined,
  clientAddress: string,
): Promise<KnownToken> {
  if (callerText === undefined) throw notAuthenticated('x-auth-token not found')
  const caller = await callers.requireToken(callerText, clientAddress).catch(ownTokenRejected)
  if (subjectText === undefined) throw new TailraceError('invalid-parameter', 'X-Subject-Token is missing.')
  const subject = await callers.requireToken(subjectText, clientAddress).catch(isGone)
  if (subject === undefined || !mayHandle(caller, subject))
    throw new TailraceError('not-found', 'The token cannot be found.')
  return subject
}

/** In the identity service's own words. */
function ownTokenRejected(error: unknown): never {
  if (!isTailraceError(error, 'not-authenticated')) throw error
  throw new TailraceError('not-authenticated', 'The token must be updated.', {}, { cause: error })
}

/** An invalid subject counts as missing; a failing store is an error. */
function isGone(error: unknown): undefined {
  if (!isTailraceError(error, 'not-authenticated')) throw error
}

/**
 * Callers handle their own tokens; admins also those of their project. Ids of an external IAM's
 * users mean nothing among this server's own users.
 */
function mayHandle(caller: KnownToken, subject: KnownToken): boolean {
  if (caller.user.iamUrl !== subject.user.iamUrl) return false
  if (caller.user.id === subject.user.id) return true
  return (
    caller.principal !== undefined &&
    caller.principal.projectId === subject.project?.id &&
    caller.principal.roles.has('admin')
  )
}
