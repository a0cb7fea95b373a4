/** Writes src/contract/operations.ts: every operation of src/contract/operations, in one list. */
import { globSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const CONTRACT = join(dirname(import.meta.dirname), 'src/contract')

const files = globSync('*/*.ts', { cwd: join(CONTRACT, 'operations') }).sort()
const moduleName = (file: string) =>
  basename(file, '.ts').replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

writeFileSync(
  join(CONTRACT, 'operations.ts'),
  `import type { Operation } from './operation.ts'
${files.map(file => `import * as ${moduleName(file)} from './operations/${file}'`).join('\n')}

const MODULES: readonly object[] = [
${files.map(file => `  ${moduleName(file)},`).join('\n')}
]

/** Every operation of the API. Written by tools/list-operations.ts. */
export const OPERATIONS: readonly Operation[] = MODULES.flatMap(module =>
  Object.values(module).filter(isOperation),
)

function isOperation(value: unknown): value is Operation {
  return (
    typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'summary' in value
  )
}
`,
)
