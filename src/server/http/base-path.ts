import type { IncomingMessage } from 'node:http'

const sent = new WeakMap<IncomingMessage, string>()

/** The path of a public URL, without a final "/"; empty for none. */
export function basePathOf(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '')
}

/** Takes the base path off a request before it is routed: some proxies cut it off, others pass it on, and both are understood. */
export function cutBasePath(request: IncomingMessage, basePath: string): void {
  const target = request.url ?? ''
  if (basePath === '' || !target.startsWith(basePath)) return
  const rest = target.slice(basePath.length)
  if (rest !== '' && !/^[/?]/.test(rest)) return
  sent.set(request, target)
  request.url = rest.startsWith('/') ? rest : `/${rest}`
}

/** Path and query as they were sent, which is what a signature covers. */
export function sentTarget(request: IncomingMessage): string {
  return sent.get(request) ?? request.url ?? ''
}
