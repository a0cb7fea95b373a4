/**
 * Changes one operator, condition or call of the sources at a time and runs the given tests, to
 * find code that no test would miss. Prints the mutants that survive. Works on a copy of the
 * checkout. `node tools/mutate.ts [--sample N] [--seed N] PATH… -- TEST…`: files or folders to
 * change, and the tests that must fail (files or folders), which run in this order: put quick ones
 * first. Exits with 0 even if mutants survive: a survivor is a question to a reader, not a fault.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { blankSource, lineAt } from './blank-source.ts'

const ROOT = dirname(import.meta.dirname)
/**
 * A mutant that makes a test hang counts as found: after so many times the time without a mutant.
 */
const TIMEOUT_FACTOR = 4
const TIMEOUT_MIN_MS = 5000
/** The longest time that the tests may take without a mutant. */
const CLEAN_TIMEOUT_MS = 600_000

interface Mutation {
  readonly pattern: RegExp
  readonly by: string
}

/** Blanks around an operator distinguish it from the brackets of a type. */
const MUTATIONS: readonly Mutation[] = [
  { pattern: / === /g, by: ' !== ' },
  { pattern: / !== /g, by: ' === ' },
  { pattern: / < /g, by: ' <= ' },
  { pattern: / <= /g, by: ' < ' },
  { pattern: / > /g, by: ' >= ' },
  { pattern: / >= /g, by: ' > ' },
  { pattern: / && /g, by: ' || ' },
  { pattern: / \|\| /g, by: ' && ' },
  { pattern: / \+ /g, by: ' - ' },
  { pattern: / - /g, by: ' + ' },
  { pattern: / \+ 1\b/g, by: ' + 0' },
  { pattern: / - 1\b/g, by: ' - 0' },
  { pattern: / \+= /g, by: ' -= ' },
  { pattern: / \?\? /g, by: ' && ' },
  { pattern: /\bMath\.min\(/g, by: 'Math.max(' },
  { pattern: /\bMath\.max\(/g, by: 'Math.min(' },
  { pattern: /\btrue\b/g, by: 'false' },
  { pattern: /\bfalse\b/g, by: 'true' },
  { pattern: /\bif \((?=[^)])/g, by: 'if (false && ' },
  { pattern: /^ +(?:await )?[\w.#]+\([^;{}=]*\)$/gm, by: '' },
  { pattern: /^ +await (?=[\w.#]+\()/gm, by: ' void ' },
]

export interface Mutant {
  readonly file: string
  readonly line: number
  readonly from: string
  readonly to: string
  readonly source: string
}

/** All mutants of one source that are TypeScript and run other code than the source does. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const { codeOnly } = blankSource(source)
  const code = strip(source)
  const mutants = MUTATIONS.flatMap(({ pattern, by }) =>
    [...codeOnly.matchAll(pattern)].map(found => ({
      file,
      line: lineAt(source, found.index),
      from: source.slice(found.index, found.index + found[0].length).trim(),
      to: by.trim(),
      source: source.slice(0, found.index) + by + source.slice(found.index + found[0].length),
    })),
  )
  return mutants.filter(mutant => ![code, undefined].includes(strip(mutant.source)))
}

/** The source without its types and layout, or undefined if it does not parse. */
function strip(source: string): string | undefined {
  try {
    return stripTypeScriptTypes(source).replace(/\s+/g, ' ')
  } catch {
    return undefined
  }
}

function filesOf(paths: readonly string[], isWanted: (file: string) => boolean): string[] {
  return paths.flatMap(path =>
    statSync(join(ROOT, path)).isDirectory()
      ? globSync(`${path}/**/*.ts`, { cwd: ROOT }).filter(isWanted).sort()
      : [path],
  )
}

/** Repeats for a seed: the same sample every time (a linear congruential generator). */
function sample<T>(values: readonly T[], count: number, seed: number): readonly T[] {
  let state = seed
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state
  }
  return values
    .map(value => ({ value, order: next() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ value }) => value)
}

/** Returns whether all tests pass in the copy within the time. Stops at the first failure. */
async function passes(copy: string, tests: readonly string[], timeoutMs: number): Promise<boolean> {
  const child = spawn(
    process.execPath,
    ['--test', '--test-isolation=none', '--test-reporter=tap', ...tests],
    {
      cwd: copy,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(copy, 'compiled') },
    },
  )
  const exited = once(child, 'exit')
  const late = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  let failed = false
  for await (const chunk of child.stdout) {
    if (!/^\s*not ok /m.test(String(chunk))) continue
    failed = true
    child.kill('SIGKILL')
  }
  const [code] = await exited
  clearTimeout(late)
  return !failed && code === 0
}

async function main(): Promise<number> {
  const { values, positionals, tokens } = parseArgs({
    allowPositionals: true,
    tokens: true,
    options: { sample: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
  })
  const border = tokens.find(token => token.kind === 'option-terminator')?.index ?? Number.POSITIVE_INFINITY
  const before = tokens.filter(token => token.kind === 'positional' && token.index < border).length
  const sources = filesOf(positionals.slice(0, before), file => !/\.test\.ts$|\/conformance\//.test(file))
  const tests = filesOf(positionals.slice(before), file => file.endsWith('.test.ts'))
  if (sources.length === 0 || tests.length === 0) throw new Error('name sources, then -- and tests')
  const copy = mkdtempSync(join(tmpdir(), 'tailrace-mutants-'))
  try {
    for (const part of ['src', 'test', 'docs', 'package.json'])
      cpSync(join(ROOT, part), join(copy, part), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    const beganMs = performance.now()
    if (!(await passes(copy, tests, CLEAN_TIMEOUT_MS))) throw new Error('the tests fail without a mutant')
    const timeoutMs = Math.max(TIMEOUT_MIN_MS, TIMEOUT_FACTOR * (performance.now() - beganMs))
    const all = sources.flatMap(file => mutantsOf(file, readFileSync(join(copy, file), 'utf8')))
    const chosen = sample(all, Number(values.sample), Number(values.seed))
    let survived = 0
    for (const { file, line, from, to, source } of chosen) {
      const place = join(copy, file)
      const original = readFileSync(place)
      writeFileSync(place, source)
      if (await passes(copy, tests, timeoutMs)) {
        survived++
        console.log(`survives: ${file}:${line}: ${from} -> ${to === '' ? '(nothing)' : to}`)
      }
      writeFileSync(place, original)
    }
    console.log(`${chosen.length} of ${all.length} mutants, ${survived} survived`)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
  return 0
}

if (import.meta.main) process.exitCode = await main()
