import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { errorMessage } from '../../contract/caught.ts'
import { GIB, MIB } from '../../contract/quantities.ts'
import type { Config } from './config.ts'
import { Secret } from './secret.ts'
import { ConfigError, SETTINGS, type Setting, type Settings } from './settings.ts'

/**
 * Reads the configuration of `tailrace serve`. Flags take precedence over the environment, and the
 * environment over the file. Throws ConfigError for an invalid value and for an unknown name, with
 * one line that names the setting.
 */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): Config {
  const flags = readFlags(args)
  const file = readFile(flags.config ?? env.TAILRACE_CONFIG)
  const settings: Record<string, unknown> = {}
  for (const [name, setting] of all) {
    const [text, source] = pick(setting, flags, env, file)
    settings[name] = text === undefined ? setting.fallback : setting.read(text, source)
  }
  return toConfig(settings as Settings)
}

const all = Object.entries(SETTINGS) as [keyof Settings, Setting<unknown>][]

function readFlags(args: readonly string[]): Record<string, string> {
  const options = Object.fromEntries(
    ['config', ...all.flatMap(([, { flag }]) => (flag === undefined ? [] : [flag]))].map(flag => [
      flag,
      { type: 'string' as const },
    ]),
  )
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values as Record<string, string>
  } catch (error) {
    throw new ConfigError(errorMessage(error).split('. ')[0] ?? 'bad arguments')
  }
}

/** The file is a JSON object. Its keys are the names of the environment variables. */
function readFile(path: string | undefined): Record<string, string> {
  if (path === undefined) return {}
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new ConfigError(`the configuration file ${path} cannot be read: ${errorMessage(error)}`)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new ConfigError(`the configuration file ${path} must contain one JSON object`)
  const known = new Set(all.map(([, { env }]) => env))
  const entries = Object.entries(parsed).map(([key, value]) => {
    if (!known.has(key)) throw new ConfigError(`${key} in ${path} is not a setting`)
    return [key, String(value)] as const
  })
  return Object.fromEntries(entries)
}

function pick(
  { flag, env: envName }: Setting<unknown>,
  flags: Record<string, string>,
  env: NodeJS.ProcessEnv,
  file: Record<string, string>,
): [string | undefined, string] {
  if (flag !== undefined && flags[flag] !== undefined) return [flags[flag], `--${flag}`]
  // Many tools write "not set" as an empty variable.
  if (env[envName]) return [env[envName], envName]
  return [file[envName], envName]
}

function toConfig(settings: Settings): Config {
  const { listen } = settings
  const secret = (value: string | undefined) => (value === undefined ? undefined : new Secret(value))
  return {
    host: listen.host,
    port: listen.port,
    dataDirectory: settings.data,
    publicUrl: settings.publicUrl,
    tls: tlsFiles(settings),
    trustProxy: settings.trustProxy,
    corsOrigins: settings.corsOrigins,
    requestLimits: {
      readsPerMinute: settings.readsPerMinute,
      appendsPerMinute: settings.appendsPerMinute,
      changesPerMinute: settings.changesPerMinute,
    },
    quotaLimits: {
      liveLogs: settings.liveLogsPerProject,
      openBuilds: settings.openBuildsPerProject,
    },
    offsetFormat: settings.offsetFormat,
    sendZstd: settings.sendZstd,
    logLevel: settings.logLevel,
    journal: { segmentBytes: settings.journalSegmentMib * MIB, segments: settings.journalSegments },
    packBytes: settings.packMib * MIB,
    frameCacheBytes: settings.frameCacheMib * MIB,
    abandonedAfterMs: settings.abandonedAfterS * 1000,
    retention: { days: settings.retentionDays, bytes: Math.round(settings.retentionGib * GIB) },
    idleTimeoutMs: settings.idleTimeoutS * 1000,
    metricsToken: secret(settings.metricsToken),
    secretKey: secret(settings.secretKey),
    externalIam: externalIam(settings),
    bootstrap: {
      domain: settings.bootstrapDomain,
      project: settings.bootstrapProject,
      user: settings.bootstrapUser,
      password: secret(settings.bootstrapPassword),
      accessKey: settings.bootstrapAk,
      secretKey: secret(settings.bootstrapSk),
    },
  }
}

function externalIam(settings: Settings): Config['externalIam'] {
  const { iamUrl: url, iamProjects: projects } = settings
  if (url === undefined && projects.length === 0) return undefined
  if (url === undefined || projects.length === 0)
    throw new ConfigError('TAILRACE_IAM_URL and TAILRACE_IAM_PROJECTS must be set together')
  return {
    url,
    projects,
    roles: {
      reader: settings.iamReaderRoles,
      runner: settings.iamRunnerRoles,
      admin: settings.iamAdminRoles,
    },
    cacheMs: settings.iamCacheS * 1000,
  }
}

function tlsFiles({ tlsCert, tlsKey }: Settings): Config['tls'] {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined)
    throw new ConfigError('TAILRACE_TLS_CERT and TAILRACE_TLS_KEY must be set together')
  return { certFile: tlsCert, keyFile: tlsKey }
}
