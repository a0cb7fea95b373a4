/** What may be imported: a folder or file of this repository, `node:*`, or a package as `npm:name`. */
export type Target = string

export interface Room {
  /** A folder or a file, without its `.ts`; the longest that fits a file is its room. */
  readonly path: string
  readonly mayImport: readonly Target[]
  /** Names that this room's code may not use. */
  readonly mayNotUse?: readonly Ban[]
  /** The only other rooms that may import this one, where not all that name it or its parent may. */
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
    mayImport: [...DOMAIN, 'src/store/sql', 'src/store/pack', 'npm:kysely', 'node:*'],
    because: 'a backend knows the ports and the shared formats, never a sibling backend',
  },
  {
    path: 'src/store/sql',
    mayImport: [...DOMAIN, 'npm:kysely', 'node:*'],
    because: 'the catalog on Kysely serves every backend, so it knows none',
  },
  {
    path: 'src/store/pack',
    mayImport: [...DOMAIN, 'node:*'],
    because: 'the format of frames and packs serves every backend, so it knows none',
  },
  {
    path: 'src/store/conformance',
    mayImport: [...DOMAIN, 'npm:fast-check', 'node:*'],
    because: 'a suite proves the promises of a port, whoever keeps them',
  },
  {
    path: 'src/iam',
    mayImport: ['src/contract', 'src/core/ports', 'src/core/access', 'node:*'],
    because: 'who asks is decided beside the use-cases, not with them; its store is a port',
  },
  {
    path: 'src/server',
    mayImport: ['src/contract', 'src/core', 'src/iam', 'node:*', 'npm:fastify', 'package.json'],
    because: 'only server/compose names a backend',
  },
  {
    path: 'src/server/compose',
    mayImport: [
      'src/contract',
      'src/core',
      'src/iam',
      'src/text',
      'src/store',
      'src/server',
      'node:*',
      'npm:fastify',
    ],
    onlyFor: ['src/server', 'src/cli/serve'],
    because: 'the one place that chooses backends and joins the parts',
  },
  {
    path: 'src/server/open-offline',
    mayImport: ['src/contract', 'src/core', 'src/store', 'src/server', 'node:*'],
    onlyFor: ['src/cli/doctor', 'src/cli/backup'],
    because: 'it opens the same store as compose, without serving it',
  },
  {
    path: 'src/server/existing-store',
    mayImport: ['src/contract', 'src/store', 'src/server', 'node:*'],
    because: 'where a store is in its directory is known to the store alone',
  },
  {
    path: 'src/server/store-snapshots',
    mayImport: ['src/contract', 'src/core', 'src/store', 'node:*'],
    because: 'a snapshot is taken of the store that compose or open-offline has opened',
  },
  {
    path: 'src/server/open-offline-identity',
    mayImport: ['src/contract', 'src/core', 'src/iam', 'src/store', 'src/server', 'node:*'],
    onlyFor: ['src/cli/offline'],
    because: 'it opens the same users and keys as compose, without serving them',
  },
  {
    path: 'src/server/search-worker',
    mayImport: ['src/contract', 'src/core', 'src/store', 'src/server', 'node:*'],
    onlyFor: ['src/server'],
    because: 'a thread joins the parts it is made of by itself, as compose does for the server',
  },
  {
    path: 'src/server/config',
    mayImport: ['src/contract', 'node:*'],
    because: 'settings are read and checked before anything is built from them',
  },
  {
    path: 'src/server/http',
    mayImport: [
      'src/contract',
      'src/core',
      'src/iam',
      'src/text',
      'node:*',
      'npm:fastify',
      'npm:typebox',
      'npm:yazl',
    ],
    mayNotUse: NO_ENVIRONMENT,
    because: 'what HTTP means for all routes; it knows no single route and no store',
  },
  {
    path: 'src/server/metrics',
    mayImport: ['src/contract', 'src/core', 'node:http', 'npm:fastify', 'npm:prom-client'],
    mayNotUse: NO_ENVIRONMENT,
    because: 'what is counted: wrappers of ports and hooks of the server, whatever store is behind them',
  },
  {
    path: 'src/server/routes',
    mayImport: [
      'src/contract',
      'src/core',
      'src/iam',
      'src/server/http',
      'node:*',
      'npm:fastify',
      'npm:typebox',
    ],
    mayNotUse: NO_ENVIRONMENT,
    because: 'a route turns one operation of the contract into one use-case, whatever store is behind it',
  },
  {
    path: 'src/client',
    mayImport: ['src/contract'],
    mayNotUse: NODE_GLOBALS,
    because: 'the SDK runs wherever fetch does, in browsers too',
  },
  {
    path: 'src/cli',
    mayImport: ['src/client', 'src/contract', 'src/text', 'node:*', 'package.json'],
    because: 'commands speak to a server over HTTP like everybody else',
  },
  {
    path: 'src/cli/doctor',
    mayImport: ['src/client', 'src/contract', 'src/text', 'src/core', 'src/server', 'src/cli', 'node:*'],
    because: 'it looks at a store that no server has',
  },
  {
    path: 'src/cli/backup',
    mayImport: ['src/contract', 'src/server', 'src/cli', 'node:*'],
    because: 'it copies a store beside its server, or one that no server has',
  },
  {
    path: 'src/cli/restore',
    mayImport: ['src/cli', 'node:*'],
    because: 'it makes a store that no server has yet',
  },
  {
    path: 'src/cli/offline',
    mayImport: ['src/contract', 'src/server', 'src/cli', 'node:*'],
    because: 'it changes users and keys of a store that no server has',
  },
  {
    path: 'src/cli/serve',
    mayImport: ['src/client', 'src/contract', 'src/text', 'src/server', 'src/cli', 'node:*'],
    because: 'the one command that is the server',
  },
]

/** What `*.test.ts` files may import beside what their room may: real parts to try the room with. */
export const TESTS_MAY_IMPORT: readonly Target[] = [
  'node:*',
  'npm:*',
  'test',
  'src/contract',
  'src/text',
  'src/core',
  'src/store',
]
