/** Writes src/contract/operations.ts anew: every operation of src/contract/operations, in one list. */
import { globSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const CONTRACT = join(dirname(import.meta.dirname), 'src/contract')

const names = globSync('*.ts', { cwd: join(CONTRACT, 'operations') })
  .map(file => basename(file, '.ts'))
  .sort()
const camel = (name: string) => name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

writeFileSync(
  join(CONTRACT, 'operations.ts'),
  `import type { Operation } from './operation.ts'
${names.map(name => `import * as ${camel(name)} from './operations/${name}.ts'`).join('\n')}

const MODULES: readonly object[] = [
${names.map(name => `  ${camel(name)},`).join('\n')}
]

/** Every operation of the API. Written by tools/list-operations.ts. */
export const OPERATIONS: readonly Operation[] = MODULES.flatMap(module =>
  Object.values(module).filter(isOperation),
)

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'summary' in value
}
`,
)
