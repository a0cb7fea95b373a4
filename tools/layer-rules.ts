/**
 * What may be imported: a folder or file of this repository, `node:*`, or a package as `npm:name`.
 */
export type Target = string

export interface Room {
  /** A folder or a file, without its `.ts`; the longest that fits a file is its room. */
  readonly path: string
  readonly mayImport: readonly Target[]
  /** Names that this room's code may not use. */
  readonly mayNotUse?: readonly Ban[]
  /**
   * The only other rooms that may import this one, where not all that name it or its parent may.
   */
  readonly onlyFor?: readonly string[]
  readonly because: string
}

export interface Ban {
  readonly what: string
  readonly pattern: RegExp
  readonly because: string
}

/** A free-standing name: no property of something, no key of an object or type. */
const name = (word: string) => new RegExp(`(?<![.\\w$])${word}\\b(?!\\??\\s*:)`, 'g')

const NODE_GLOBALS: readonly Ban[] = [
  'Buffer',
  'process',
  'require',
  '__dirname',
  '__filename',
  'setImmediate',
].map(word => ({
  what: word,
  pattern: name(word),
  because: 'this room also runs in a browser, where only the language and the web platform exist',
}))

const CLOCK_AND_CHANCE: readonly Ban[] = [
  { what: 'Date.now', pattern: /\bDate\s*\.\s*now\b/g },
  { what: 'new Date()', pattern: /\bnew\s+Date\s*(?:\(\s*\)|(?!\s*[(\w.]))/g },
  { what: 'Date()', pattern: /(?<!\bnew\s+)(?<![.\w$])Date\s*\(/g },
  { what: 'performance', pattern: name('performance') },
  { what: 'setTimeout', pattern: name('setTimeout') },
  { what: 'setInterval', pattern: name('setInterval') },
  { what: 'Math.random', pattern: /\bMath\s*\.\s*random\b/g },
  { what: 'crypto.randomUUID', pattern: /\bcrypto\s*\.\s*randomUUID\b/g },
  { what: 'crypto.getRandomValues', pattern: /\bcrypto\s*\.\s*getRandomValues\b/g },
].map(ban => ({
  ...ban,
  because: 'time and chance are handed in, so that a use-case does the same in a test as in a server',
}))

const PURE = [...NODE_GLOBALS, ...CLOCK_AND_CHANCE]

const NO_ENVIRONMENT: readonly Ban[] = [
  {
    what: 'process.env',
    pattern: /(?<![.\w$])process\s*(?:\.\s*env\b|\[)/g,
    because: 'settings are read in server/config, checked there, and handed on',
  },
]

const DOMAIN = ['src/core/ports', 'src/contract', 'src/text'] as const

/** Who may import whom. Every room may import itself. */
export const ROOMS: readonly Room[] = [
  {
    path: 'src/contract',
    mayImport: ['npm:typebox'],
    mayNotUse: PURE,
    because:
      'the words of the wire depend on nothing but the schema library, so that server, client and viewer share them',
  },
  {
    path: 'src/text',
    mayImport: [],
    mayNotUse: PURE,
    because: 'what log text is are pure functions on bytes, for the server, the command line and the viewer',
  },
  {
    path: 'src/files',
    mayImport: ['node:*'],
    because: 'files are written whole in the same way everywhere, by code that knows nothing of Tailrace',
  },
  {
    path: 'src/core',
    mayImport: ['src/contract', 'src/text'],
    mayNotUse: PURE,
    because: 'use-cases know neither a runtime, a store nor HTTP; they reach the world through their ports',
  },
  {
    path: 'src/core/ports',
    mayImport: ['src/contract'],
    mayNotUse: PURE,
    because: 'a port is a promise in the words of the contract; it knows no use-case',
  },
  {
    path: 'src/store/memory',
    mayImport: [...DOMAIN, 'src/store/sql', 'src/store/pack', 'npm:kysely', 'node:*'],
    because: 'a backend knows the ports and the shared formats, never a sibling backend',
  },
  {
    path: 'src/store/local',
    mayImport: [...DOMAIN, 'src/store/pack', 'node:*'],
    because: 'the journal and the packs of one disk know no catalog and no sibling backend',
  },
  {
    path: 'src/store/embedded',
    mayImport: ['src/contract', 'src/files', 'src/core', 'src/store', 'npm:kysely', 'node:*'],
    because: 'the embedded store joins the parts that it is made of; it knows no server',
  },
  {
    path: 'src/store/sql',
    mayImport: [...DOMAIN, 'npm:kysely', 'node:*'],
    because: 'the catalog on Kysely serves every backend, so it knows none',
  },
  {
    path: 'src/store/pack',
    mayImport: [...DOMAIN, 'npm:lru-cache', 'node:*'],
    because: 'the format of frames and packs serves every backend, so it knows none',
  },
  {
    path: 'src/store/conformance',
    mayImport: [...DOMAIN, 'npm:fast-check', 'node:*'],
    because: 'a suite proves the promises of a port for every implementation',
  },
  {
    path: 'src/iam',
    mayImport: ['src/contract', 'src/files', 'src/core/ports', 'src/core/access', 'node:*', 'npm:lru-cache'],
    because: 'authentication comes before the use-cases and is no part of them; its store is a port',
  },
  {
    path: 'src/server',
    mayImport: ['src/contract', 'src/core', 'src/iam', 'node:*', 'npm:fastify', 'npm:pino', 'package.json'],
    because: 'only server/compose names a backend',
  },
  {
    path: 'src/server/compose',
    mayImport: [
      'src/contract',
      'src/core',
      'src/iam',
      'src/store/embedded/open-embedded',
      'src/store/pack/with-frame-cache',
      'src/server',
      'node:*',
      'npm:pino',
    ],
    onlyFor: ['src/server', 'src/cli/commands/serve'],
    because: 'the one place that chooses a store and joins the parts',
  },
  {
    path: 'src/server/config',
    mayImport: ['src/contract', 'node:*'],
    because: 'settings are read and checked before anything is built from them',
  },
  {
    path: 'src/server/lifecycle',
    mayImport: ['src/contract', 'src/files', 'src/core', 'src/iam', 'src/server', 'node:*'],
    because: 'starting, listening, readiness and stopping know no route and no store',
  },
  {
    path: 'src/server/maintenance',
    mayImport: ['src/contract', 'src/core', 'src/server/metrics', 'node:*', 'npm:pino'],
    mayNotUse: NO_ENVIRONMENT,
    because: 'maintenance runs use-cases at their pace; it knows no request and no store',
  },
  {
    path: 'src/server/http',
    mayImport: ['src/contract', 'src/core', 'src/iam', 'node:*', 'npm:fastify', 'npm:typebox'],
    mayNotUse: NO_ENVIRONMENT,
    because: 'what HTTP means for all routes; it knows no guard, no single route and no store',
  },
  {
    path: 'src/server/guard',
    mayImport: [
      'src/contract',
      'src/core',
      'src/iam',
      'src/server/http',
      'node:*',
      'npm:@fastify/cors',
      'npm:fastify',
    ],
    mayNotUse: NO_ENVIRONMENT,
    because: 'authentication, authorization and limits come before any route and know no store',
  },
  {
    path: 'src/server/present',
    mayImport: [
      'src/contract',
      'src/core',
      'src/iam',
      'src/text',
      'src/server/http',
      'node:*',
      'npm:fastify',
      'npm:typebox',
      'npm:yazl',
    ],
    mayNotUse: NO_ENVIRONMENT,
    because: 'a presenter turns what a use-case answers into what the contract promises',
  },
  {
    path: 'src/server/search',
    mayImport: ['src/contract', 'src/core', 'src/text', 'src/server/http', 'node:*', 'npm:fastify'],
    mayNotUse: NO_ENVIRONMENT,
    because: 'searches run in threads of their own; they know no route',
  },
  {
    path: 'src/server/docs',
    mayImport: [
      'src/contract',
      'src/core',
      'src/server/guard',
      'src/server/http',
      'node:*',
      'npm:@scalar/fastify-api-reference',
      'npm:fastify',
    ],
    mayNotUse: NO_ENVIRONMENT,
    because: 'the API document is made from the contract alone',
  },
  {
    path: 'src/server/metrics',
    mayImport: ['src/contract', 'src/core', 'node:http', 'npm:fastify', 'npm:prom-client'],
    mayNotUse: NO_ENVIRONMENT,
    because: 'what is counted: wrappers of ports and hooks of the server, for every store',
  },
  {
    path: 'src/server/routes',
    mayImport: [
      'src/contract',
      'src/core',
      'src/iam',
      'src/server/http',
      'src/server/guard',
      'src/server/present',
      'src/server/search',
      'src/server/docs',
      'node:*',
      'npm:fastify',
      'npm:typebox',
    ],
    mayNotUse: NO_ENVIRONMENT,
    because: 'a route turns one operation of the contract into one use-case, for every store',
  },
  {
    path: 'src/client',
    mayImport: ['src/contract'],
    mayNotUse: NODE_GLOBALS,
    because: 'the SDK runs wherever fetch does, in browsers too',
  },
  {
    path: 'src/cli',
    mayImport: ['src/client', 'src/files', 'src/contract', 'src/text', 'node:*', 'package.json'],
    because: 'commands use HTTP, like every other client',
  },
  {
    path: 'src/cli/store',
    mayImport: [
      'src/contract',
      'src/core/maintain',
      'src/iam',
      'src/store/embedded/open-embedded',
      'src/store/embedded/backup',
      'src/server/config',
      'src/server/capabilities',
      'src/cli',
      'node:*',
    ],
    because: 'the commands that work on a store of this machine reach it here, while a server runs or not',
  },
  {
    path: 'src/cli/commands/serve',
    mayImport: ['src/client', 'src/contract', 'src/text', 'src/server', 'src/cli', 'node:*'],
    because: 'the one command that is the server',
  },
]

/**
 * What `*.test.ts` files may import in addition to what their room may: real parts to test it with.
 */
export const TESTS_MAY_IMPORT: readonly Target[] = [
  'node:*',
  'npm:*',
  'test',
  'src/contract',
  'src/text',
  'src/core',
  'src/store',
]
