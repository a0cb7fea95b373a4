import type { OffsetFormat } from '../../contract/offset-format.ts'
import type { Role } from '../../contract/roles.ts'
import type { Secret } from './secret.ts'

/** The settings of a server, checked. Sizes in bytes, times in milliseconds. */
export interface Config {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  readonly dataDirectory: string
  /**
   * The URL that clients use, without a final "/". If undefined, the address that it listens on.
   */
  readonly publicUrl: string | undefined
  /** Paths of PEM files. Undefined for no TLS. */
  readonly tls: TlsFiles | undefined
  readonly trustProxy: boolean
  /** Origins of other sites whose pages may use the API; `*` for all, empty for none. */
  readonly corsOrigins: readonly string[]
  /** For each caller. 0 for no limit. */
  readonly requestLimits: {
    readonly readsPerMinute: number
    readonly appendsPerMinute: number
    readonly changesPerMinute: number
  }
  /** For each project. 0 for no limit. */
  readonly quotaLimits: { readonly liveLogs: number; readonly openBuilds: number }
  readonly offsetFormat: OffsetFormat
  readonly sendZstd: boolean
  readonly logLevel: string
  readonly journal: { readonly segmentBytes: number; readonly segments: number }
  readonly packBytes: number
  readonly frameCacheBytes: number
  readonly abandonedAfterMs: number
  /** What is kept of each project, for jobs without a rule of their own. 0 for no limit. */
  readonly retention: { readonly days: number; readonly bytes: number }
  readonly idleTimeoutMs: number
  /** Gives access to the metrics and nothing else. If undefined, only admins can read them. */
  readonly metricsToken: Secret | undefined
  /** Encrypts the secrets of access keys. If undefined, a key file in the data directory does. */
  readonly secretKey: Secret | undefined
  /** If undefined, only the server's own users have access. */
  readonly externalIam: ExternalIam | undefined
  readonly bootstrap: Bootstrap
}

/** A Keystone-compatible IAM whose tokens the server accepts. */
export interface ExternalIam {
  /** The base URL of its `/v3/auth/tokens`, without a final "/". */
  readonly url: string
  /** Ids of the projects that are served, or of domains for all their projects; `*` for all. */
  readonly projects: readonly string[]
  /** For each role, the names of the roles of the IAM that count as it. */
  readonly roles: Readonly<Record<Role, readonly string[]>>
  /** How long an answer of the IAM about a token is trusted. */
  readonly cacheMs: number
}

export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
}

/**
 * What the first start on an empty data directory creates. What is undefined is generated, and
 * printed once.
 */
export interface Bootstrap {
  readonly domain: string | undefined
  readonly project: string | undefined
  readonly user: string | undefined
  readonly password: Secret | undefined
  readonly accessKey: string | undefined
  readonly secretKey: Secret | undefined
}
