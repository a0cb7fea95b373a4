import type { IncomingMessage } from 'node:http'

const OVERRIDABLE = new Set(['PATCH', 'DELETE', 'HEAD'])
const overridden = new WeakSet<IncomingMessage>()

/** Gives a POST the method that X-HTTP-Method-Override names (tus 1.0), before it is routed: some proxies let only GET and POST pass. */
export function overrideMethod(request: IncomingMessage): void {
  const wanted = request.headers['x-http-method-override']
  if (request.method !== 'POST' || typeof wanted !== 'string') return
  const method = wanted.toUpperCase()
  if (!OVERRIDABLE.has(method)) return
  request.method = method
  overridden.add(request)
}

/** The method as it was sent, which is what a signature covers. */
export function sentMethod(request: IncomingMessage): string {
  return overridden.has(request) ? 'POST' : (request.method ?? '')
}
