import type { TokenAnswer } from '../../contract/operations/identity/create-token.ts'
import type { KnownToken } from '../../iam/callers.ts'
import { keystoneTime } from '../../iam/token-text.ts'

export interface TokenBodySettings {
  readonly publicUrl: () => string
  readonly withCatalog: boolean
}

/** A token as Keystone v3 describes it; a project's catalog names this server. */
export function tokenBody(
  { token, user, project, domain }: KnownToken,
  settings: TokenBodySettings,
): TokenAnswer {
  return {
    token: {
      methods: [...token.methods],
      issued_at: keystoneTime(token.issuedAtMs),
      expires_at: keystoneTime(token.expiresAtMs),
      user: { id: user.id, name: user.name, domain: user.domain, password_expires_at: '' },
      ...(project && { project }),
      ...(domain && { domain }),
      roles: [...token.roles].map(role => ({ id: role, name: role })),
      catalog:
        project === undefined || !settings.withCatalog ? [] : catalog(settings.publicUrl(), project.name),
    },
  }
}

function catalog(url: string, region: string): TokenAnswer['token']['catalog'] {
  const endpoint = { id: 'tailrace', interface: 'public', region, region_id: region, url }
  return [{ id: 'tailrace', name: 'codeartsbuild', type: 'codeartsbuild', endpoints: [endpoint] }]
}
