import type { OffsetFormat } from '../../contract/offset-format.ts'

/** An invalid configuration. The message is one line for the person who starts the server. */
export class ConfigError extends Error {}

/** A setting: its names, its default, and how its text is read. */
export interface Setting<T> {
  readonly flag?: string
  /** The placeholder of its value in help. */
  readonly value?: string
  readonly env: string
  readonly fallback: T
  /** Throws a ConfigError that names `source`. */
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
    throw new ConfigError(`${source} must be an http or https URL without a query, not "${read}"`)
  if (/^\/(v[0-9.]+|api|healthz|readyz)(\/|$)/.test(url.pathname))
    throw new ConfigError(`${source} must not have a path that begins like a path of the API: "${read}"`)
  return read.replace(/\/+$/, '')
}

function readOrigins(read: string, source: string): readonly string[] {
  const origins = read.split(',').map(origin => origin.trim())
  const wrong = origins.find(origin => origin !== '*' && !isOrigin(origin))
  if (wrong !== undefined)
    throw new ConfigError(
      `${source} must be a list of origins SCHEME://HOST[:PORT] separated by commas, or *, not "${wrong}"`,
    )
  return origins
}

/** Messages never show the value. */
function readHeaderSecret(read: string, source: string): string {
  if (!/^[\x21-\x7e]{16,512}$/.test(read))
    throw new ConfigError(`${source} must be 16 to 512 visible ASCII characters without spaces`)
  return read
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}

/** The base URL of an identity service. A final `/v3`, with which it is often given, is removed. */
function readIamUrl(read: string, source: string): string {
  const url = URL.canParse(read) ? new URL(read) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new ConfigError(`${source} must be an http or https URL without a query, not "${read}"`)
  if (url.username !== '' || url.password !== '')
    throw new ConfigError(`${source} must not contain a user or password`)
  return read.replace(/\/+$/, '').replace(/\/v3$/, '')
}

function words(read: string, source: string): readonly string[] {
  const found = text(read, source)
    .split(',')
    .map(word => word.trim())
  if (found.includes('')) throw new ConfigError(`${source} must be words separated by commas, not "${read}"`)
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
    help: 'Address and port to listen on',
  },
  data: {
    flag: 'data',
    value: 'DIR',
    env: 'TAILRACE_DATA',
    fallback: './data',
    read: text,
    help: 'Directory of the store',
  },
  publicUrl: {
    flag: 'public-url',
    value: 'URL',
    env: 'TAILRACE_PUBLIC_URL',
    fallback: undefined as string | undefined,
    read: readUrl,
    help: 'URL that clients use, with its base path',
  },
  tlsCert: {
    env: 'TAILRACE_TLS_CERT',
    fallback: undefined as string | undefined,
    read: text,
    help: 'PEM file with the certificate and its chain',
  },
  tlsKey: {
    env: 'TAILRACE_TLS_KEY',
    fallback: undefined as string | undefined,
    read: text,
    help: 'PEM file with its key; SIGHUP reads both files again',
  },
  trustProxy: {
    env: 'TAILRACE_TRUST_PROXY',
    fallback: false,
    read: onOff,
    help: 'Trust X-Forwarded-For, -Proto and -Host of the nearest proxy: on or off',
  },
  corsOrigins: {
    env: 'TAILRACE_CORS_ORIGINS',
    fallback: [] as readonly string[],
    read: readOrigins,
    help: 'Origins of web pages that may use the API, separated by commas; * for all, without cookies',
  },
  readsPerMinute: {
    env: 'TAILRACE_READS_PER_MINUTE',
    fallback: 60_000,
    read: integer(0, 100_000_000),
    help: 'GET, HEAD and OPTIONS requests of one user in a minute; 0 for no limit',
  },
  appendsPerMinute: {
    env: 'TAILRACE_APPENDS_PER_MINUTE',
    fallback: 600_000,
    read: integer(0, 100_000_000),
    help: 'Appends of one user, or of the upload token of one build, in a minute; 0 for no limit',
  },
  changesPerMinute: {
    env: 'TAILRACE_CHANGES_PER_MINUTE',
    fallback: 60_000,
    read: integer(0, 100_000_000),
    help: 'All other requests of one user in a minute; 0 for no limit',
  },
  liveLogsPerProject: {
    env: 'TAILRACE_LIVE_LOGS_PER_PROJECT',
    fallback: 20_000,
    read: integer(0, 100_000_000),
    help: 'Logs of one project that are live at the same time; 0 for no limit',
  },
  openBuildsPerProject: {
    env: 'TAILRACE_OPEN_BUILDS_PER_PROJECT',
    fallback: 20_000,
    read: integer(0, 100_000_000),
    help: 'Builds of one project that have no result yet; 0 for no limit',
  },
  offsetFormat: {
    env: 'TAILRACE_OFFSET_FORMAT',
    fallback: 'number' as OffsetFormat,
    read: oneOf<OffsetFormat>('number', 'string'),
    help: 'How pages of a step write offsets: number or string',
  },
  sendZstd: {
    env: 'TAILRACE_SEND_ZSTD',
    fallback: true,
    read: onOff,
    help: 'Send stored zstd to clients that accept it: on or off',
  },
  logLevel: {
    env: 'TAILRACE_LOG_LEVEL',
    fallback: 'warn',
    read: oneOf('silent', 'error', 'warn', 'info', 'debug'),
    help: 'Level of the server log on stderr: silent, error, warn, info or debug',
  },
  journalSegmentMib: {
    env: 'TAILRACE_JOURNAL_SEGMENT_MIB',
    fallback: 64,
    read: integer(1, 1024),
    help: 'Size of a journal segment in MiB',
  },
  journalSegments: {
    env: 'TAILRACE_JOURNAL_SEGMENTS',
    fallback: 8,
    read: integer(4, 64),
    help: 'Number of journal segments',
  },
  packMib: {
    env: 'TAILRACE_PACK_MIB',
    fallback: 64,
    read: integer(1, 1024),
    help: 'Size of a pack in MiB',
  },
  frameCacheMib: {
    env: 'TAILRACE_FRAME_CACHE_MIB',
    fallback: 64,
    read: integer(0, 65_536),
    help: 'Memory for decoded frames in MiB; 0 for none',
  },
  abandonedAfterS: {
    env: 'TAILRACE_ABANDONED_AFTER_S',
    fallback: 3600,
    read: integer(1, 2_592_000),
    help: 'Seconds of silence after which a step counts as abandoned',
  },
  retentionDays: {
    env: 'TAILRACE_RETENTION_DAYS',
    fallback: 0,
    read: integer(0, 36_500),
    help: 'Delete finished builds that are older than this many days; 0 for never',
  },
  retentionGib: {
    env: 'TAILRACE_RETENTION_GIB',
    fallback: 0,
    read: decimal(1_000_000),
    help: 'GiB of log text to keep of each project, newest builds first; 0 for all',
  },
  idleTimeoutS: {
    env: 'TAILRACE_IDLE_TIMEOUT_S',
    fallback: 120,
    read: integer(1, 86_400),
    help: 'Seconds after which a connection without traffic is closed',
  },
  metricsToken: {
    env: 'TAILRACE_METRICS_TOKEN',
    fallback: undefined as string | undefined,
    read: readHeaderSecret,
    help: 'Bearer token that can read /metrics and nothing else: 16 to 512 visible ASCII characters',
  },
  secretKey: {
    env: 'TAILRACE_SECRET_KEY',
    fallback: undefined as string | undefined,
    read: text,
    help: 'Key that encrypts the secrets of access keys: 32 bytes as 64 hexadecimal digits or base64. If not set, secret.key in the data directory',
  },
  iamUrl: {
    env: 'TAILRACE_IAM_URL',
    fallback: undefined as string | undefined,
    read: readIamUrl,
    help: 'Base URL of a Keystone-compatible IAM whose tokens are accepted too',
  },
  iamProjects: {
    env: 'TAILRACE_IAM_PROJECTS',
    fallback: [] as readonly string[],
    read: words,
    help: 'Ids of projects of the IAM, or of domains for all their projects, separated by commas; * for all',
  },
  iamAdminRoles: {
    env: 'TAILRACE_IAM_ADMIN_ROLES',
    fallback: ['admin', 'te_admin'] as readonly string[],
    read: words,
    help: 'Roles of the IAM that count as admin',
  },
  iamRunnerRoles: {
    env: 'TAILRACE_IAM_RUNNER_ROLES',
    fallback: ['member', 'runner'] as readonly string[],
    read: words,
    help: 'Roles of the IAM that count as runner',
  },
  iamReaderRoles: {
    env: 'TAILRACE_IAM_READER_ROLES',
    fallback: ['reader', 'readonly'] as readonly string[],
    read: words,
    help: 'Roles of the IAM that count as reader',
  },
  iamCacheS: {
    env: 'TAILRACE_IAM_CACHE_S',
    fallback: 60,
    read: integer(0, 3600),
    help: 'Seconds for which an answer of the IAM about a token is trusted; 0 to ask every time',
  },
  bootstrapDomain: {
    env: 'TAILRACE_BOOTSTRAP_DOMAIN',
    fallback: undefined as string | undefined,
    read: text,
    help: 'First start: name of the domain; "tailrace" if not set',
  },
  bootstrapProject: {
    env: 'TAILRACE_BOOTSTRAP_PROJECT',
    fallback: undefined as string | undefined,
    read: text,
    help: 'First start: name of the project; "default" if not set',
  },
  bootstrapUser: {
    env: 'TAILRACE_BOOTSTRAP_USER',
    fallback: undefined as string | undefined,
    read: text,
    help: 'First start: name of the admin; "admin" if not set',
  },
  bootstrapPassword: {
    env: 'TAILRACE_BOOTSTRAP_PASSWORD',
    fallback: undefined as string | undefined,
    read: text,
    help: 'First start: password of the admin; generated if not set',
  },
  bootstrapAk: {
    env: 'TAILRACE_BOOTSTRAP_AK',
    fallback: undefined as string | undefined,
    read: text,
    help: 'First start: access key; generated if not set',
  },
  bootstrapSk: {
    env: 'TAILRACE_BOOTSTRAP_SK',
    fallback: undefined as string | undefined,
    read: text,
    help: 'First start: secret key of the access key; set both or neither',
  },
} satisfies Record<string, Setting<unknown>>

export type Settings = { readonly [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K]['fallback'] }
