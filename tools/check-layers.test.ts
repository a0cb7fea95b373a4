import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkFile } from './check-layers.ts'
import { ROOMS } from './layer-rules.ts'

const offences = (file: string, source: string) => checkFile(file, source).map(o => `${o.line}: ${o.what}`)

describe('a planted import is found', () => {
  const planted: readonly [file: string, source: string, what: string][] = [
    [
      'src/contract/a.ts',
      "import { x } from '../core/read/y.ts'",
      'src/contract may not import src/core/read/y',
    ],
    ['src/contract/a.ts', "import { z } from 'zod'", 'src/contract may not import npm:zod'],
    [
      'src/text/a.ts',
      "import type { ByteOffset } from '../contract/quantities.ts'",
      'src/text may not import src/contract/quantities',
    ],
    [
      'src/core/read/a.ts',
      "import { readFile } from 'node:fs/promises'",
      'src/core may not import node:fs/promises',
    ],
    [
      'src/core/ports/a.ts',
      "import { x } from '../read/y.ts'",
      'src/core/ports may not import src/core/read/y',
    ],
    [
      'src/core/write/a.ts',
      "const s = await import('../../store/local/journal.ts')",
      'src/core may not import src/store/local/journal',
    ],
    [
      'src/store/memory/a.ts',
      "export { x } from '../local/y.ts'",
      'src/store/memory may not import src/store/local/y',
    ],
    [
      'src/store/local/a.ts',
      "export * from '../memory/y.ts'",
      'src/store/local may not import src/store/memory/y',
    ],
    [
      'src/store/local/a.ts',
      "import { x } from '../../core/write/y.ts'",
      'src/store/local may not import src/core/write/y',
    ],
    [
      'src/store/pack/a.ts',
      "import { x } from '../local/y.ts'",
      'src/store/pack may not import src/store/local/y',
    ],
    ['src/store/sql/a.ts', "import '../memory/y.ts'", 'src/store/sql may not import src/store/memory/y'],
    ['src/iam/a.ts', "import { x } from '../core/read/y.ts'", 'src/iam may not import src/core/read/y'],
    ['src/iam/a.ts', "import { x } from '../store/sql/y.ts'", 'src/iam may not import src/store/sql/y'],
    [
      'src/server/routes/a.ts',
      "import { x } from '../../store/memory/y.ts'",
      'src/server/routes may not import src/store/memory/y',
    ],
    [
      'src/server/routes/a.ts',
      "import { x } from '../compose.ts'",
      'src/server/routes may not import src/server/compose',
    ],
    [
      'src/server/main.ts',
      "import { x } from '../store/local/y.ts'",
      'src/server may not import src/store/local/y',
    ],
    [
      'src/server/compose.ts',
      "import { x } from '../store/local/y.ts'",
      'src/server/compose may not import src/store/local/y',
    ],
    [
      'src/server/search/a.ts',
      "import { x } from '../../store/embedded/open-embedded.ts'",
      'src/server/search may not import src/store/embedded/open-embedded',
    ],
    [
      'src/cli/store/a.ts',
      "import { x } from '../../store/local/y.ts'",
      'src/cli/store may not import src/store/local/y',
    ],
    ['src/client/a.ts', "import { request } from 'node:http'", 'src/client may not import node:http'],
    ['src/client/a.ts', "import { x } from '../core/read/y.ts'", 'src/client may not import src/core/read/y'],
    [
      'src/cli/commands/run.ts',
      "import { main } from '../../server/main.ts'",
      'src/cli may not import src/server/main',
    ],
    [
      'src/cli/commands/serve.ts',
      "import { x } from '../../store/local/y.ts'",
      'src/cli/commands/serve may not import src/store/local/y',
    ],
  ]
  for (const [file, source, what] of planted)
    test(`${file}: ${source}`, () => assert.deepEqual(offences(file, source), [`1: ${what}`]))

  test('of an import over several lines, the line of the specifier is reported', () => {
    assert.deepEqual(offences('src/core/read/a.ts', "import type {\n  X,\n  Y,\n} from 'node:fs'\n"), [
      '4: src/core may not import node:fs',
    ])
  })
})

describe('a planted name is found', () => {
  for (const [source, what] of [
    ['const at = Date.now()', 'Date.now'],
    ['const at = new Date()', 'new Date()'],
    ['const at = new Date', 'new Date()'],
    ['const at = Date()', 'Date()'],
    ['const at = performance.now()', 'performance'],
    ['const x = Math.random()', 'Math.random'],
    ['const x = crypto.randomUUID()', 'crypto.randomUUID'],
    ['setTimeout(f, 10)', 'setTimeout'],
    ["const b = Buffer.from('x')", 'Buffer'],
    ['const e = process.env.X', 'process'],
    [`const t = \`\${process.pid}\``, 'process'],
  ] as const)
    test(source, () =>
      assert.deepEqual(offences('src/core/read/a.ts', source), [`1: src/core may not use ${what}`]),
    )

  test('in contract, text and client too', () => {
    for (const room of ['contract', 'text', 'client'])
      assert.deepEqual(offences(`src/${room}/a.ts`, 'Buffer.alloc(1)'), [`1: src/${room} may not use Buffer`])
    assert.deepEqual(offences('src/server/routes/a.ts', 'process.env.X'), [
      '1: src/server/routes may not use process.env',
    ])
  })
})

describe('what is allowed passes', () => {
  for (const [file, source] of [
    ['src/contract/a.ts', "import { Type } from 'typebox'\nimport { KIB } from './quantities.ts'"],
    [
      'src/core/read/a.ts',
      "import { x } from '../../text/lines.ts'\nimport type { Y } from '../ports/journal.ts'",
    ],
    [
      'src/core/read/a.ts',
      '// Date.now, Buffer\nconst s = "process and new Date()"\nconst d = new Date(nowMs)',
    ],
    ['src/core/read/a.ts', 'interface A { process: () => void; readonly performance?: string }\na.process()'],
    [
      'src/store/embedded/a.ts',
      "import { x } from '../pack/y.ts'\nimport { sql } from 'kysely'\nimport 'node:fs'",
    ],
    ['src/store/local/a.ts', "import { x } from '../pack/y.ts'\nimport 'node:fs'"],
    ['src/store/memory/a.ts', "import { x } from '../sql/y.ts'"],
    [
      'src/iam/a.ts',
      "import type { P } from '../core/access/principal.ts'\nimport { scrypt } from 'node:crypto'",
    ],
    ['src/server/compose.ts', "import { x } from '../store/embedded/open-embedded.ts'"],
    ['src/cli/store/a.ts', "import { x } from '../../store/embedded/backup/y.ts'"],
    ['src/server/main.ts', "import { compose } from './compose.ts'"],
    ['src/cli/commands/serve.ts', "import { main } from '../../server/main.ts'"],
    [
      'src/core/write/a.test.ts',
      "import { x } from '../../store/memory/y.ts'\nconst at = Date.now()\nimport fc from 'fast-check'",
    ],
  ] as const)
    test(`${file}: ${source.split('\n')[0]}`, () => assert.deepEqual(offences(file, source), []))
})

test('a test may use stores, but not the server', () => {
  assert.deepEqual(offences('src/core/read/a.test.ts', "import { x } from '../../server/compose.ts'"), [
    '1: src/core may not import src/server/compose',
  ])
})

test('a folder without rules is an offence', () => {
  assert.deepEqual(offences('src/utils/a.ts', ''), ['1: src/utils/a.ts is in no room'])
})

test('every rule has its reason', () => {
  for (const room of ROOMS) assert.ok(room.because.length > 20, room.path)
})
