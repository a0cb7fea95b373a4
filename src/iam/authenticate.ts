import { SDK_HMAC_SHA256 } from '../contract/signing/authorization-header.ts'
import type { Principal } from '../core/access/principal.ts'
import { notAllowed } from '../core/access/principal.ts'
import { authenticateSignature, type SignaturePorts } from './authenticate-signature.ts'
import type { KnownToken } from './callers.ts'
import { headerLines, type ReceivedRequest } from './received-request.ts'
import { notAuthenticated } from './refusal.ts'
import type { UploadTokens } from './upload-tokens.ts'

export interface AuthenticatePorts extends SignaturePorts {
  readonly uploadTokens: UploadTokens
}

/** The SHA-256 of the request's body, 64 hexadecimal digits in lower case. */
export type PayloadSha256 = () => Promise<string>

/** Rejects with `not-authenticated` (in the gateway's words) or `not-allowed`. */
export type Authenticate = (request: ReceivedRequest, payloadSha256: PayloadSha256) => Promise<Principal>

/**
 * Who sends a request: the holder of a token (`X-Auth-Token`, or `Authorization: Bearer`; IAM token or upload token), or of an
 * access key (`Authorization: SDK-HMAC-SHA256`). With both, each must hold for the same project, and the key's owner is the caller.
 * A domain-scoped token is not allowed, nor is an `X-Project-Id` that names another project (contract.md 4.5, 5).
 */
export function openAuthenticate(ports: AuthenticatePorts): Authenticate {
  return async (request, payloadSha256) => {
    const [authorization, another] = headerLines(request, 'authorization')
    if (another !== undefined) throw notAuthenticated('more than one Authorization header')
    const token = tokenOf(request, authorization)
    if (authorization?.startsWith(`${SDK_HMAC_SHA256} `)) {
      const caller = await authenticateSignature(ports, request, authorization, payloadSha256)
      if (token !== undefined) await requireSameProject(ports, token, caller)
      return caller
    }
    if (token === undefined && isOtherSignature(authorization))
      throw notAuthenticated(`verify aksk signature fail, only ${SDK_HMAC_SHA256} is supported`)
    if (token === undefined) throw notAuthenticated('x-auth-token not found')
    const caller = await principalOfToken(ports, token)
    const projects = headerLines(request, 'x-project-id')
    if (projects.some(project => project !== caller.projectId)) throw notAllowed()
    return caller
  }
}

/** The text of the one token that came; undefined for none. Other schemes of Authorization (a proxy's Basic, say) are none of ours. */
function tokenOf(request: ReceivedRequest, authorization: string | undefined): string | undefined {
  const bearer = /^bearer +(.+)$/i.exec(authorization ?? '')?.[1]
  const given = [...headerLines(request, 'x-auth-token'), ...(bearer === undefined ? [] : [bearer])]
  const different = new Set(given.filter(text => text !== ''))
  if (different.size > 1) throw notAuthenticated('two different tokens')
  return different.values().next().value
}

function isOtherSignature(authorization = ''): boolean {
  return /^(SDK|V11)-/.test(authorization)
}

async function requireSameProject(ports: AuthenticatePorts, token: string, caller: Principal): Promise<void> {
  const { projectId } = await principalOfToken(ports, token)
  if (projectId !== caller.projectId) throw notAllowed()
}

async function principalOfToken({ callers, uploadTokens }: AuthenticatePorts, text: string) {
  const grant = uploadTokens.read(text)
  if (grant === undefined) return projectPrincipal(await callers.requireToken(text))
  const { projectId, recordId } = grant
  return { projectId, userId: '', userName: 'upload token', roles: NO_ROLES, onlyRecord: recordId }
}

const NO_ROLES: Principal['roles'] = new Set()

function projectPrincipal({ token, user, project }: KnownToken): Principal {
  if (project === undefined) throw notAllowed()
  return { projectId: project.id, userId: user.id, userName: user.name, roles: token.roles }
}
