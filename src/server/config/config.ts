import type { OffsetFormat } from '../../contract/offset-format.ts'
import type { Role } from '../../contract/roles.ts'
import type { Secret } from './secret.ts'

/** Everything that a server can be told, checked. Sizes in bytes, times in milliseconds. */
export interface Config {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly dataDirectory: string
  /** How clients reach the server, without a final "/"; undefined: by the address that it listens on. */
  readonly publicUrl: string | undefined
  /** Paths of PEM files; undefined: no TLS. */
  readonly tls: TlsFiles | undefined
  readonly trustProxy: boolean
  /** Origins of pages that may use the API across origins; `*` for all; empty for none. */
  readonly corsOrigins: readonly string[]
  /** Of one caller; 0 for any number. */
  readonly requestLimits: {
    readonly readsPerMinute: number
    readonly appendsPerMinute: number
    readonly changesPerMinute: number
  }
  /** Of one project; 0 for any number. */
  readonly quotaLimits: { readonly liveLogs: number; readonly openBuilds: number }
  readonly offsetFormat: OffsetFormat
  readonly sendZstd: boolean
  readonly logLevel: string
  readonly journal: { readonly segmentBytes: number; readonly segments: number }
  readonly packBytes: number
  readonly frameCacheBytes: number
  readonly abandonedAfterMs: number
  /** What is kept of a project whose jobs say nothing else; 0: no limit. */
  readonly retention: { readonly days: number; readonly bytes: number }
  readonly idleTimeoutMs: number
  /** Opens the metrics and nothing else; undefined: only admins read them. */
  readonly metricsToken: Secret | undefined
  /** Encrypts the secrets of keys; undefined: a key file in the data directory. */
  readonly secretKey: Secret | undefined
  /** Undefined: nobody but the server's own users. */
  readonly externalIam: ExternalIam | undefined
  readonly bootstrap: Bootstrap
}

/** A Keystone-compatible IAM whose tokens the server takes. */
export interface ExternalIam {
  /** Below which `/v3/auth/tokens` is, without a final "/". */
  readonly url: string
  /** Ids of projects, or of domains for all projects of theirs, that are served; `*` for all. */
  readonly projects: readonly string[]
  /** Names of the IAM's roles that stand for each of ours. */
  readonly roles: Readonly<Record<Role, readonly string[]>>
  /** How long what the IAM said of a token is believed. */
  readonly cacheMs: number
}

export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
}

/** What the first start on an empty data directory makes; what is undefined is made up and printed once. */
export interface Bootstrap {
  readonly domain: string | undefined
  readonly project: string | undefined
  readonly user: string | undefined
  readonly password: Secret | undefined
  readonly accessKey: string | undefined
  readonly secretKey: Secret | undefined
}
