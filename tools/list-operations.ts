/** Writes src/contract/operations.ts: every operation of src/contract/operations, in one list. */
import { globSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const CONTRACT = join(dirname(import.meta.dirname), 'src/contract')

// By names without the ending, as the formatter sorts imports.
const paths = globSync('*/*.ts', { cwd: join(CONTRACT, 'operations') })
  .map(file => file.replace(/\.ts$/, ''))
  .sort()
const moduleName = (path: string) =>
  basename(path).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

writeFileSync(
  join(CONTRACT, 'operations.ts'),
  `import type { Operation } from './operation.ts'
${paths.map(path => `import * as ${moduleName(path)} from './operations/${path}.ts'`).join('\n')}

const MODULES: readonly object[] = [
${paths.map(path => `  ${moduleName(path)},`).join('\n')}
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
