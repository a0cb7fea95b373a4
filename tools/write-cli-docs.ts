/**
 * Writes docs/cli.md and the man page from the declarations of the commands. With `--check` it
 * writes nothing and exits with 1 if a file is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cliMarkdown, manPage } from '../src/cli/command-line/reference.ts'
import { PROGRAM } from '../src/cli/program.ts'

const ROOT = dirname(import.meta.dirname)

/** Each file and the text that it should have. */
const GENERATED: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/cli.md': () => cliMarkdown(PROGRAM),
  'docs/man/tailrace.1': () => manPage(PROGRAM),
}

async function main(check: boolean): Promise<number> {
  let stale = 0
  for (const [file, generate] of Object.entries(GENERATED)) {
    const text = await generate()
    if (!check) writeFileSync(join(ROOT, file), text)
    else if (read(file) !== text) {
      console.error(`${file} is out of date: run npm run docs`)
      stale++
    }
  }
  return stale === 0 ? 0 : 1
}

function read(file: string): string | undefined {
  try {
    return readFileSync(join(ROOT, file), 'utf8')
  } catch {
    return undefined
  }
}

process.exitCode = await main(process.argv.includes('--check'))
