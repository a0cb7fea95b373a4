/** How callers prove who they are, as OpenAPI says it. */
export const SECURITY_SCHEMES = {
  token: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Auth-Token',
    description:
      'A token for a project (POST /v3/auth/tokens answers it in X-Subject-Token), or the upload token of a build.',
  },
  bearer: { type: 'http', scheme: 'bearer', description: 'The same tokens.' },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description:
      'A signature with an access key: SDK-HMAC-SHA256 or V11-HMAC-SHA256, with X-Sdk-Date, and X-Sdk-Content-Sha256 where the body is signed by a hash or UNSIGNED-PAYLOAD. X-Project-Id may name the project of the key and no other. Requests of a temporary key carry X-Security-Token.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'tailrace-session',
    description:
      "A browser's session (POST /api/v1/session); under https the name begins with __Host-, or __Secure- below a base path. What changes something must come from the server's own pages.",
  },
} as const
