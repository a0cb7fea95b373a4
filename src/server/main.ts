import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { type Logger, pino } from 'pino'
import { createMetricsToken } from '../iam/metrics-token.ts'
import { openApp } from './app.ts'
import { compose, isFirstStart } from './compose.ts'
import type { Config } from './config/config.ts'
import { metDamage } from './http/report-failure.ts'
import { banner } from './lifecycle/banner.ts'
import { assertCanListen, withReason } from './lifecycle/listen.ts'
import { unreadyParts } from './lifecycle/readiness.ts'
import { onHangUp, readTlsFiles, reloadTls } from './lifecycle/tls-files.ts'
import { meterRequests } from './metrics/meter-requests.ts'
import { Metrics } from './metrics/metrics.ts'
import { registerRoutes } from './register-routes.ts'

/**
 * Serves until `stop` aborts, then lets running requests end and closes the store. `print` gets
 * what a person should read; everything else goes to stderr as lines of JSON. Rejects with
 * `store-unavailable` if the store cannot be opened, and with an error for people if the address is
 * in use.
 */
export async function serve(config: Config, print: (text: string) => void, stop: AbortSignal): Promise<void> {
  await using ending = new AsyncDisposableStack()
  let app: FastifyInstance | undefined
  const log = pino({ level: config.logLevel }, process.stderr)
  ending.use(onHangUp(() => hangUp(app, config, log)))
  const tls = config.tls && (await readTlsFiles(config.tls))
  const metrics = new Metrics()
  // A first start that cannot listen creates no store, because nobody would see its secrets.
  if (isFirstStart(config)) await assertCanListen(config)
  const services = ending.use(await compose(config, log, metrics))
  app = await openApp({
    authentication: services.identity.iam,
    holdsMetricsToken: createMetricsToken(config.metricsToken?.reveal()),
    site: config,
    corsOrigins: config.corsOrigins,
    requestLimits: config.requestLimits,
    log,
    trustProxy: config.trustProxy,
    idleTimeoutMs: config.idleTimeoutMs,
    tls,
  })
  const listening = app
  meterRequests(app, metrics, metDamage)
  const own = { url: '' }
  const publicUrl = () => config.publicUrl ?? own.url
  registerRoutes(
    app,
    services,
    config,
    publicUrl,
    () => unreadyParts({ ...services.vitals, isStopping: () => stop.aborted }, Date.now()),
    metrics,
    packageVersion(),
  )
  ending.adopt(app, closeApp)
  const { host, port } = config
  await withReason(config, () => listening.listen({ host, port }))
  own.url = urlOf(app, tls === undefined ? 'http' : 'https')
  print(await banner(config, own.url, await services.identity.bootstrap()))
  await aborted(stop)
}

/**
 * SIGHUP says that a certificate was renewed. A server that has none, or that is still starting,
 * continues.
 */
function hangUp(app: FastifyInstance | undefined, { tls }: Config, log: Logger): void {
  if (tls === undefined) log.warn('SIGHUP: without TLS there is nothing to read again')
  else if (app !== undefined)
    reloadTls(app.server, tls).catch(error => log.error({ err: error }, 'the old certificate stays'))
}

/** The same depth below the package's root for src/server and dist/server. */
function packageVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
}

/** How long running requests may take to end once the server is asked to stop. */
const GRACE_MS = 10_000

/** Idle connections end at once, running requests when they are answered or the grace is over. */
async function closeApp(app: FastifyInstance): Promise<void> {
  const late = setTimeout(() => app.server.closeAllConnections(), GRACE_MS)
  await app.close()
  clearTimeout(late)
}

function urlOf(app: FastifyInstance, scheme: string): string {
  const { address, family, port } = app.server.address() as AddressInfo
  // A server on every address is shown by the one that people on this machine use.
  const shown = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address
  return `${scheme}://${family === 'IPv6' && shown === address ? `[${address}]` : shown}:${port}`
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
