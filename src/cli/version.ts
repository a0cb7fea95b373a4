import { readFileSync } from 'node:fs'

/**
 * The version of this package. The same depth below the package's root for src/cli and dist/cli.
 */
export function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
