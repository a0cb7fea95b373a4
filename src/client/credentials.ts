import type { KeyPair } from '../contract/signing/sign-headers.ts'

/** A token of a project, or the upload token of one build. */
interface TokenCredentials {
  readonly token: string
}

/** An access key, which belongs to one user and one project. */
interface KeyCredentials extends KeyPair {
  /** Sent as X-Project-Id where given. */
  readonly projectId?: string
}

/** A user of a domain; a token of the project is obtained with the first request. */
export interface PasswordCredentials {
  readonly user: string
  readonly password: string
  readonly domain: string
  /** The project's name, such as `cn-north-4`. */
  readonly project: string
}

export type Credentials = TokenCredentials | KeyCredentials | PasswordCredentials

/** The body of `POST /v3/auth/tokens` that asks for a token of the project (Keystone v3, method password). */
export function passwordRequest({ user, password, domain, project }: PasswordCredentials): unknown {
  const identity = {
    methods: ['password'],
    password: { user: { name: user, password, domain: { name: domain } } },
  }
  return { auth: { identity, scope: { project: { name: project, domain: { name: domain } } } } }
}
