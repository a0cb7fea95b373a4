import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { openApp } from '../../src/server/app.ts'
import { registerCredentialRoutes } from '../../src/server/routes/administration/register-administration-routes.ts'
import { registerIdentityRoutes } from '../../src/server/routes/identity/register-identity-routes.ts'
import { openTestIam, type TestIam } from './open-test-iam.ts'

/** The identity operations alone, over a store in memory, on a real socket of 127.0.0.1. */
export interface IdentityServer extends TestIam, AsyncDisposable {
  readonly url: string
}

export async function openIdentityServer(): Promise<IdentityServer> {
  const opened = await openTestIam()
  const app = await openApp({
    authentication: opened.iam,
    holdsMetricsToken: () => false,
    corsOrigins: [],
    requestLimits: { readsPerMinute: 0, appendsPerMinute: 0, changesPerMinute: 0 },
    tls: undefined,
    site: { publicUrl: undefined },
    log: pino({ level: 'silent' }),
    trustProxy: false,
    idleTimeoutMs: 10_000,
  })
  const own = { url: '' }
  registerCredentialRoutes(app, opened.iam)
  registerIdentityRoutes(app, opened.iam, () => own.url, { publicUrl: undefined })
  await app.listen({ host: '127.0.0.1', port: 0 })
  own.url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  return { ...opened, url: own.url, [Symbol.asyncDispose]: () => app.close() }
}
