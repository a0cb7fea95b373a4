import type { OffsetFormat } from '../../contract/offset-format.ts'

/** A configuration that cannot be used; the message is one line for the person who starts the server. */
export class ConfigError extends Error {}

/** One setting: its names, what it is without being set, and how its text is read. `read` throws ConfigError naming `source`. */
export interface Setting<T> {
  readonly flag?: string
  /** How help shows its value. */
  readonly value?: string
  readonly env: string
  readonly fallback: T
  readonly read: (text: string, source: string) => T
  readonly help: string
}

export interface Listen {
  readonly host: string
  readonly port: number
}

const text = (read: string, source: string) => {
  if (/[\u0000-\u001f]/.test(read)) throw new ConfigError(`${source} must be one line of text`)
  return read
}

const integer = (min: number, max: number) => (read: string, source: string) => {
  const value = Number(read)
  if (!/^[0-9]+$/.test(read) || value < min || value > max)
    throw new ConfigError(`${source} must be a whole number from ${min} to ${max}, not "${read}"`)
  return value
}

const decimal = (max: number) => (read: string, source: string) => {
  const value = Number(read)
  if (!/^[0-9]+(\.[0-9]+)?$/.test(read) || value > max)
    throw new ConfigError(`${source} must be a number from 0 to ${max}, not "${read}"`)
  return value
}

const onOff = (read: string, source: string) => {
  if (!['on', 'off', 'true', 'false', '1', '0'].includes(read))
    throw new ConfigError(`${source} must be on or off, not "${read}"`)
  return ['on', 'true', '1'].includes(read)
}

const oneOf =
  <T extends string>(...words: readonly T[]) =>
  (read: string, source: string): T => {
    const word = words.find(one => one === read)
    if (word === undefined)
      throw new ConfigError(`${source} must be one of ${words.join(', ')}, not "${read}"`)
    return word
  }

function readListen(read: string, source: string): Listen {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):([0-9]{1,5})$/.exec(read)
  const port = Number(match?.[3])
  if (match === null || port > 65_535) throw new ConfigError(`${source} must be HOST:PORT, not "${read}"`)
  return { host: match[1] ?? match[2] ?? '', port }
}

function readUrl(read: string, source: string): string {
  const url = URL.canParse(read) ? new URL(read) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new ConfigError(`${source} must be an http or https URL without query, not "${read}"`)
  if (/^\/(v[0-9.]+|api|healthz|readyz)(\/|$)/.test(url.pathname))
    throw new ConfigError(`${source} must not have a path that begins like one of the API, as "${read}" does`)
  return read.replace(/\/+$/, '')
}

function readOrigins(read: string, source: string): readonly string[] {
  const origins = read.split(',').map(origin => origin.trim())
  const wrong = origins.find(origin => origin !== '*' && !isOrigin(origin))
  if (wrong !== undefined)
    throw new ConfigError(
      `${source} must be origins as SCHEME://HOST[:PORT] with commas between, or *, not "${wrong}"`,
    )
  return origins
}

/** The value itself is never shown. */
function readHeaderSecret(read: string, source: string): string {
  if (!/^[\x21-\x7e]{16,512}$/.test(read))
    throw new ConfigError(`${source} must be 16 to 512 visible ASCII characters without spaces`)
  return read
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}

/** The base of an identity service; clients are often told it with the `/v3` of its API, which is taken off. */
function readIamUrl(read: string, source: string): string {
  const url = URL.canParse(read) ? new URL(read) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new ConfigError(`${source} must be an http or https URL without query, not "${read}"`)
  if (url.username !== '' || url.password !== '')
    throw new ConfigError(`${source} must not hold a user or password`)
  return read.replace(/\/+$/, '').replace(/\/v3$/, '')
}

function words(read: string, source: string): readonly string[] {
  const found = text(read, source)
    .split(',')
    .map(word => word.trim())
  if (found.includes('')) throw new ConfigError(`${source} must be words with commas between, not "${read}"`)
  return found
}

/** Every setting of `tailrace serve`. */
export const SETTINGS = {
  listen: {
    flag: 'listen',
    value: 'HOST:PORT',
    env: 'TAILRACE_LISTEN',
    fallback: { host: '127.0.0.1', port: 8080 } as Listen,
    read: readListen,
    help: 'HOST:PORT to serve on',
  },
  data: {
    flag: 'data',
    value: 'DIR',
    env: 'TAILRACE_DATA',
    fallback: './data',
    read: text,
    help: 'directory of the store',
  },
  publicUrl: {
    flag: 'public-url',
    value: 'URL',
    env: 'TAILRACE_PUBLIC_URL',
    fallback: undefined as string | undefined,
    read: readUrl,
    help: 'how clients reach the server, base path included',
  },
  tlsCert: {
    env: 'TAILRACE_TLS_CERT',
    fallback: undefined as string | undefined,
    read: text,
    help: 'PEM file of the certificate and its chain',
  },
  tlsKey: {
    env: 'TAILRACE_TLS_KEY',
    fallback: undefined as string | undefined,
    read: text,
    help: 'PEM file of its key; SIGHUP reads both anew',
  },
  trustProxy: {
    env: 'TAILRACE_TRUST_PROXY',
    fallback: false,
    read: onOff,
    help: 'on: believe what the nearest proxy says in X-Forwarded-For',
  },
  corsOrigins: {
    env: 'TAILRACE_CORS_ORIGINS',
    fallback: [] as readonly string[],
    read: readOrigins,
    help: 'origins of pages that may use the API',
  },
  readsPerMinute: {
    env: 'TAILRACE_READS_PER_MINUTE',
    fallback: 60_000,
    read: integer(0, 100_000_000),
    help: 'reading requests of one user; 0: any number',
  },
  appendsPerMinute: {
    env: 'TAILRACE_APPENDS_PER_MINUTE',
    fallback: 600_000,
    read: integer(0, 100_000_000),
    help: 'appends of one user or build; 0: any number',
  },
  changesPerMinute: {
    env: 'TAILRACE_CHANGES_PER_MINUTE',
    fallback: 60_000,
    read: integer(0, 100_000_000),
    help: 'other requests of one user; 0: any number',
  },
  liveLogsPerProject: {
    env: 'TAILRACE_LIVE_LOGS_PER_PROJECT',
    fallback: 20_000,
    read: integer(0, 100_000_000),
    help: 'logs of one project that take appends at once; 0: any number',
  },
  openBuildsPerProject: {
    env: 'TAILRACE_OPEN_BUILDS_PER_PROJECT',
    fallback: 20_000,
    read: integer(0, 100_000_000),
    help: 'builds of one project without a result at once; 0: any number',
  },
  offsetFormat: {
    env: 'TAILRACE_OFFSET_FORMAT',
    fallback: 'number' as OffsetFormat,
    read: oneOf<OffsetFormat>('number', 'string'),
    help: 'offsets in pages of a step: number or string',
  },
  sendZstd: {
    env: 'TAILRACE_SEND_ZSTD',
    fallback: true,
    read: onOff,
    help: 'on: send stored zstd to clients that accept it',
  },
  logLevel: {
    env: 'TAILRACE_LOG_LEVEL',
    fallback: 'warn',
    read: oneOf('silent', 'error', 'warn', 'info', 'debug'),
    help: "the server's own log, on stderr: silent, error, warn, info or debug",
  },
  journalSegmentMib: {
    env: 'TAILRACE_JOURNAL_SEGMENT_MIB',
    fallback: 64,
    read: integer(1, 1024),
    help: 'size of a journal segment in MiB',
  },
  journalSegments: {
    env: 'TAILRACE_JOURNAL_SEGMENTS',
    fallback: 8,
    read: integer(4, 64),
    help: 'number of journal segments',
  },
  packMib: {
    env: 'TAILRACE_PACK_MIB',
    fallback: 64,
    read: integer(1, 1024),
    help: 'size of a pack file in MiB',
  },
  frameCacheMib: {
    env: 'TAILRACE_FRAME_CACHE_MIB',
    fallback: 64,
    read: integer(0, 65_536),
    help: 'memory for decoded frames in MiB',
  },
  abandonedAfterS: {
    env: 'TAILRACE_ABANDONED_AFTER_S',
    fallback: 3600,
    read: integer(1, 2_592_000),
    help: 'seconds of silence after which a step is abandoned',
  },
  retentionDays: {
    env: 'TAILRACE_RETENTION_DAYS',
    fallback: 0,
    read: integer(0, 36_500),
    help: 'finished builds older than this are deleted; 0: none',
  },
  retentionGib: {
    env: 'TAILRACE_RETENTION_GIB',
    fallback: 0,
    read: decimal(1_000_000),
    help: 'log text kept of a project, the newest builds of it; 0: all',
  },
  idleTimeoutS: {
    env: 'TAILRACE_IDLE_TIMEOUT_S',
    fallback: 120,
    read: integer(1, 86_400),
    help: 'seconds after which a connection without traffic is closed',
  },
  metricsToken: {
    env: 'TAILRACE_METRICS_TOKEN',
    fallback: undefined as string | undefined,
    read: readHeaderSecret,
    help: 'who sends it as Authorization: Bearer may read /metrics, and nothing else',
  },
  secretKey: {
    env: 'TAILRACE_SECRET_KEY',
    fallback: undefined as string | undefined,
    read: text,
    help: 'encrypts the secrets of keys: 32 bytes as 64 hexadecimal digits or base64; a key file in the data directory without it',
  },
  iamUrl: {
    env: 'TAILRACE_IAM_URL',
    fallback: undefined as string | undefined,
    read: readIamUrl,
    help: 'base of a Keystone-compatible IAM whose tokens are taken too',
  },
  iamProjects: {
    env: 'TAILRACE_IAM_PROJECTS',
    fallback: [] as readonly string[],
    read: words,
    help: 'ids of projects of the IAM, or of domains for all their projects; * for all',
  },
  iamAdminRoles: {
    env: 'TAILRACE_IAM_ADMIN_ROLES',
    fallback: ['admin', 'te_admin'] as readonly string[],
    read: words,
    help: 'roles of the IAM that stand for admin',
  },
  iamRunnerRoles: {
    env: 'TAILRACE_IAM_RUNNER_ROLES',
    fallback: ['member', 'runner'] as readonly string[],
    read: words,
    help: 'roles of the IAM that stand for runner',
  },
  iamReaderRoles: {
    env: 'TAILRACE_IAM_READER_ROLES',
    fallback: ['reader', 'readonly'] as readonly string[],
    read: words,
    help: 'roles of the IAM that stand for reader',
  },
  iamCacheS: {
    env: 'TAILRACE_IAM_CACHE_S',
    fallback: 60,
    read: integer(0, 3600),
    help: 'seconds for which the word of the IAM on a token is believed; 0: it is asked each time',
  },
  bootstrapDomain: {
    env: 'TAILRACE_BOOTSTRAP_DOMAIN',
    fallback: undefined as string | undefined,
    read: text,
    help: 'first start: name of the domain',
  },
  bootstrapProject: {
    env: 'TAILRACE_BOOTSTRAP_PROJECT',
    fallback: undefined as string | undefined,
    read: text,
    help: 'first start: name of the project',
  },
  bootstrapUser: {
    env: 'TAILRACE_BOOTSTRAP_USER',
    fallback: undefined as string | undefined,
    read: text,
    help: 'first start: name of the admin',
  },
  bootstrapPassword: {
    env: 'TAILRACE_BOOTSTRAP_PASSWORD',
    fallback: undefined as string | undefined,
    read: text,
    help: 'first start: password of the admin',
  },
  bootstrapAk: {
    env: 'TAILRACE_BOOTSTRAP_AK',
    fallback: undefined as string | undefined,
    read: text,
    help: 'first start: access key',
  },
  bootstrapSk: {
    env: 'TAILRACE_BOOTSTRAP_SK',
    fallback: undefined as string | undefined,
    read: text,
    help: 'first start: its secret key',
  },
} satisfies Record<string, Setting<unknown>>

export type Settings = { readonly [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K]['fallback'] }
