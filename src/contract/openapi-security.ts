/** How callers prove who they are, as OpenAPI says it. */
export const SECURITY_SCHEMES = {
  token: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Auth-Token',
    description:
      'A token for a project (from POST /v3/auth/tokens, in X-Subject-Token), or the upload token of a build.',
  },
  bearer: { type: 'http', scheme: 'bearer', description: 'The same tokens.' },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description:
      'A signature made with an access key: SDK-HMAC-SHA256 or V11-HMAC-SHA256, with X-Sdk-Date. X-Sdk-Content-Sha256 can carry the hash of the body, or UNSIGNED-PAYLOAD. X-Project-Id can name only the project of the key. A temporary key also needs X-Security-Token.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'tailrace-session',
    description:
      "The session of a browser (from POST /api/v1/session). With https the name starts with __Host-, or with __Secure- below a base path. Requests that change something must come from the server's own pages.",
  },
} as const
