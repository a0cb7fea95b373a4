import { TailraceError } from '../contract/errors.ts'
import { SDK_HMAC_SHA256, V11_HMAC_SHA256 } from '../contract/signing/authorization-header.ts'
import { notAllowed, type Principal } from '../core/access/principal.ts'
import { authenticateSignature, type SignaturePorts } from './authenticate-signature.ts'
import type { KnownUser } from './callers.ts'
import { notAuthenticated } from './errors.ts'
import { headerLines, type ReceivedRequest } from './received-request.ts'
import type { UploadGrant, UploadTokens } from './upload-tokens.ts'

export interface AuthenticatePorts extends SignaturePorts {
  readonly uploadTokens: UploadTokens
}

/** The SHA-256 of the request's body, 64 hexadecimal digits in lower case. */
export type PayloadSha256 = () => Promise<string>

/**
 * Rejects with `not-authenticated` (in the gateway's words) or `not-allowed`; for tokens of an
 * external IAM also with `iam-unavailable` and `rate-limited`.
 */
export type Authenticate = (request: ReceivedRequest, payloadSha256: PayloadSha256) => Promise<Principal>

/** Rejects like `Authenticate`. */
export type Identify = (request: ReceivedRequest, payloadSha256: PayloadSha256) => Promise<KnownUser>

/**
 * Authenticates a request by a token (`X-Auth-Token`, or `Authorization: Bearer`: a token of this
 * server or of the external IAM, or an upload token) or by an access key (`Authorization:
 * SDK-HMAC-SHA256` or `V11-HMAC-SHA256`). With both, each must be valid for the same project, and
 * the owner of the key is the caller. A domain-scoped token is not allowed, nor is an
 * `X-Project-Id` that names another project (docs/api.md §6).
 */
export function createAuthenticate(ports: AuthenticatePorts): Authenticate {
  return async (request, payloadSha256) => {
    const { principal, accessDenial, byKey } = await prove(ports, request, payloadSha256)
    if (principal === undefined)
      throw accessDenial === undefined ? notAllowed() : new TailraceError('not-allowed', accessDenial)
    const projects = headerLines(request, 'x-project-id')
    if (projects.some(project => project !== principal.projectId)) throw notAllowed()
    // A key is for one project; a caller who names only a domain wants more than it gives.
    if (byKey && projects.length === 0 && headerLines(request, 'x-domain-id').length > 0) throw notAllowed()
    return principal
  }
}

/**
 * Which user sends a request, whatever its scope: for requests that clients make before they know
 * the id of a project. Upload tokens belong to no user.
 */
export function createIdentify(ports: AuthenticatePorts): Identify {
  return async (request, payloadSha256) => {
    const { user } = await prove(ports, request, payloadSha256)
    if (user === undefined) throw notAllowed()
    return user
  }
}

/** What the credentials of a request prove. */
interface Proof {
  /** Undefined for a domain-scoped token. */
  readonly principal: Principal | undefined
  /** Why a token for a project gives no access to it. */
  readonly accessDenial?: string | undefined
  /** Undefined for an upload token. */
  readonly user: KnownUser | undefined
  readonly byKey: boolean
}

async function prove(
  ports: AuthenticatePorts,
  request: ReceivedRequest,
  payloadSha256: PayloadSha256,
): Promise<Proof> {
  const [authorization, another] = headerLines(request, 'authorization')
  if (another !== undefined) throw notAuthenticated('more than one Authorization header')
  const token = tokenOf(request, authorization)
  if (authorization !== undefined && isSignature(authorization)) {
    const { principal, user } = await authenticateSignature(ports, request, authorization, payloadSha256)
    if (token !== undefined) requireSameProject(await proofOfToken(ports, token, request), principal)
    return { principal, user, byKey: true }
  }
  if (token === undefined && isOtherSignature(authorization))
    throw notAuthenticated(
      `verify aksk signature fail, only ${SDK_HMAC_SHA256} and ${V11_HMAC_SHA256} are supported`,
    )
  if (token === undefined) throw notAuthenticated('x-auth-token not found')
  return proofOfToken(ports, token, request)
}

/**
 * The text of the one token; undefined for none. Other schemes of Authorization, such as a proxy's
 * Basic, are ignored.
 */
function tokenOf(request: ReceivedRequest, authorization: string | undefined): string | undefined {
  const bearer = /^bearer +(.+)$/i.exec(authorization ?? '')?.[1]
  const given = [...headerLines(request, 'x-auth-token'), ...(bearer === undefined ? [] : [bearer])]
  const different = new Set(given.filter(text => text !== ''))
  if (different.size > 1) throw notAuthenticated('two different tokens')
  return different.values().next().value
}

function isSignature(authorization: string): boolean {
  return [SDK_HMAC_SHA256, V11_HMAC_SHA256].some(algorithm => authorization.startsWith(`${algorithm} `))
}

function isOtherSignature(authorization = ''): boolean {
  return /^(SDK|V11)-/.test(authorization)
}

function requireSameProject({ principal }: Proof, { projectId }: Principal): void {
  if (principal?.projectId !== projectId) throw notAllowed()
}

async function proofOfToken(
  { callers, uploadTokens }: AuthenticatePorts,
  text: string,
  { clientAddress }: ReceivedRequest,
): Promise<Proof> {
  const grant = uploadTokens.read(text)
  if (grant !== undefined) return { principal: uploader(grant), user: undefined, byKey: false }
  const { principal, accessDenial, user } = await callers.requireToken(text, clientAddress)
  return { principal, accessDenial, user, byKey: false }
}

const NO_ROLES: Principal['roles'] = new Set()

function uploader({ projectId, recordId }: UploadGrant): Principal {
  return { projectId, userId: '', userName: 'upload token', roles: NO_ROLES, onlyRecord: recordId }
}
