/** What the server changes about a request before it is routed, and what the client sent. */
import type { IncomingMessage } from 'node:http'

const sent = new WeakMap<IncomingMessage, string>()

/** The path of a public URL, without a final "/"; empty for none. */
export function basePathOf(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '')
}

/**
 * Removes the base path from a request before it is routed. Some proxies remove it themselves and
 * some do not.
 */
export function cutBasePath(request: IncomingMessage, basePath: string): void {
  const target = request.url ?? ''
  if (basePath === '' || !target.startsWith(basePath)) return
  const rest = target.slice(basePath.length)
  if (rest !== '' && !/^[/?]/.test(rest)) return
  sent.set(request, target)
  request.url = rest.startsWith('/') ? rest : `/${rest}`
}

/** The path and query that the client sent. A signature covers these. */
export function sentTarget(request: IncomingMessage): string {
  return sent.get(request) ?? request.url ?? ''
}

const OVERRIDABLE = new Set(['PATCH', 'DELETE', 'HEAD'])
const overridden = new WeakSet<IncomingMessage>()

/**
 * Gives a POST the method that X-HTTP-Method-Override names (tus 1.0), before it is routed: some
 * proxies allow only GET and POST.
 */
export function overrideMethod(request: IncomingMessage): void {
  const wanted = request.headers['x-http-method-override']
  if (request.method !== 'POST' || typeof wanted !== 'string') return
  const method = wanted.toUpperCase()
  if (!OVERRIDABLE.has(method)) return
  request.method = method
  overridden.add(request)
}

/** The method that the client sent. A signature covers it. */
export function sentMethod(request: IncomingMessage): string {
  return overridden.has(request) ? 'POST' : (request.method ?? '')
}
