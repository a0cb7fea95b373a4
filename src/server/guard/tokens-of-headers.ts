import type { IncomingHttpHeaders } from 'node:http'

/** The caller's own token and the one that the request is about; undefined where one is missing. */
export function tokensOfHeaders(headers: IncomingHttpHeaders): {
  readonly own: string | undefined
  readonly subject: string | undefined
} {
  return { own: textOf(headers['x-auth-token']), subject: textOf(headers['x-subject-token']) }
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
