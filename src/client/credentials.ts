import type { TailraceError } from '../contract/errors.ts'
import type { KeyPair } from '../contract/signing/sign-headers.ts'

/** A token of a project, or the upload token of one build. */
export interface TokenCredentials {
  readonly token: string
  /**
   * Called when the server rejects the token. Resolves to another one, with which the request is
   * sent again, once. Rejects, for instance with `rejection`, when there is none.
   */
  readonly renew?: (rejection: TailraceError) => Promise<string>
}

/** An access key. It belongs to one user and one project. */
interface KeyCredentials extends KeyPair {
  /** The project's id, sent as X-Project-Id if given. */
  readonly projectId?: string
}

/** A user of a domain. The client requests a token of the project before its first call. */
export interface PasswordCredentials {
  readonly user: string
  readonly password: string
  readonly domain: string
  /** The project's name, such as `cn-north-4`. */
  readonly project: string
}

export type Credentials = TokenCredentials | KeyCredentials | PasswordCredentials

/** The body of `POST /v3/auth/tokens` for a token of the project (Keystone v3, method password). */
export function passwordRequest({ user, password, domain, project }: PasswordCredentials): unknown {
  const identity = {
    methods: ['password'],
    password: { user: { name: user, password, domain: { name: domain } } },
  }
  return { auth: { identity, scope: { project: { name: project, domain: { name: domain } } } } }
}
