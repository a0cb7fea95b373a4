import type { FastifyRequest } from 'fastify'
import { appendLog } from '../../contract/operations/writing/append-log.ts'
import { createRequestRate, type RequestRate } from '../../iam/request-rate.ts'

/** How many requests of each kind one caller may send in a minute; 0 for any number. */
export interface RequestLimits {
  readonly readsPerMinute: number
  readonly appendsPerMinute: number
  /** All else. */
  readonly changesPerMinute: number
}

/**
 * Counts a request of a caller; rejects with `rate-limited` (detail: retryAfterSeconds) when there
 * were too many of its kind.
 */
export type LimitRequest = (request: FastifyRequest, caller: string) => void

/**
 * Reads, appends and changes are counted apart, so that a viewer that polls does not stop the
 * writer of the log that it shows. After a pause a whole minute's requests may come at once.
 */
export function limitRequests(limits: RequestLimits): LimitRequest {
  const rates = {
    reads: rateOf(limits.readsPerMinute),
    appends: rateOf(limits.appendsPerMinute),
    changes: rateOf(limits.changesPerMinute),
  }
  return (request, caller) => rates[kindOf(request)]?.take(caller)
}

function rateOf(perMinute: number): RequestRate | undefined {
  return perMinute === 0 ? undefined : createRequestRate({ burst: perMinute, perMinute, now: Date.now })
}

function kindOf({ method, routeOptions }: FastifyRequest): 'reads' | 'appends' | 'changes' {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return 'reads'
  return routeOptions.config.operation?.name === appendLog.name ? 'appends' : 'changes'
}
