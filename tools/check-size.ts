/**
 * Holds the sizes of style: functions of at most 60 lines, files of at most 400, and no file of src
 * under 20 lines that a single file imports, unless its reason is listed here. Prints the figures
 * of the whole tree; exits with 1 if a limit is passed. Functions are those with a body in braces;
 * a suite of tests is none. Lines include those of the braces.
 */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { blankSource, lineAt } from './blank-source.ts'
import { type ImportGraph, readImportGraph } from './import-graph.ts'

const FILE_MAX_LINES = 400
const FUNCTION_MAX_LINES = 60
const LONG_FUNCTION_LINES = 40
const CRUMB_LINES = 20

/** What may be small and have a single importer, by the begin of its path, and why. */
const REASONS_FOR_CRUMBS: Readonly<Record<string, string>> = {
  'src/store/embedded/thread-packs.ts': 'a module that search threads load by its URL',
  'src/store/sql/migrations/': 'a released migration is a file that nobody edits again',
}

export interface FunctionSize {
  readonly line: number
  readonly lines: number
}

/**
 * What comes before the brace of a function's body: an arrow, or a parameter list with an optional
 * result type.
 */
const BODY_START =
  /(?:=>|\)\s*(?::\s*(?:[^\s;{}()=](?:[^;{}()=]*[^;{}()=<|&,\s])?|[^;{}()=]*\{[^{}]*\}[^;{}()=\n]*))?)[^\S\n]*$/
/** What a suite is made of is a list of tests, whatever its length. */
const SUITE_START = /\bdescribe\([^(){}]*(?:\{[^{}]*\}\s*,\s*)?(?:async\s*)?\(\)\s*=>\s*$/
const CONTROL_START = /\b(?:if|for|while|switch|catch|with)\s*(?:await\s*)?$/

/** The functions of a source text, in order. */
export function functionSizes(source: string): FunctionSize[] {
  const code = blankSource(source).codeOnly
  const open: number[] = []
  const sizes: FunctionSize[] = []
  for (const { 0: brace, index } of code.matchAll(/[{}]/g)) {
    if (brace === '{') open.push(index)
    else {
      const start = open.pop()
      if (start !== undefined && startsFunction(code, start)) {
        const line = lineAt(code, start)
        sizes.push({ line, lines: lineAt(code, index) - line + 1 })
      }
    }
  }
  return sizes.sort((a, b) => a.line - b.line)
}

function startsFunction(code: string, brace: number): boolean {
  const before = code.slice(Math.max(0, brace - 300), brace)
  const body = BODY_START.exec(before)
  if (body === null || SUITE_START.test(before)) return false
  return (
    body[0].startsWith('=>') || !CONTROL_START.test(code.slice(0, openingOf(code, brace - body[0].length)))
  )
}

/** The place of the parenthesis that the one at `closing` closes. */
function openingOf(code: string, closing: number): number {
  let depth = 0
  for (let at = closing; at >= 0; at--) {
    if (code[at] === ')') depth++
    else if (code[at] === '(' && --depth === 0) return at
  }
  return 0
}

/**
 * Whether a file is too small to be one: under 20 lines, with a single importer. An operation has a
 * file of its name in every layer, however small.
 */
export function isCrumb(
  file: string,
  lines: number,
  importers: number,
  operations: ReadonlySet<string>,
): boolean {
  return lines < CRUMB_LINES && importers === 1 && !operations.has(basename(file))
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const mean = (values: readonly number[]) =>
  Math.round(values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length))

interface MeasuredFile {
  readonly file: string
  readonly lines: number
  readonly functions: readonly FunctionSize[]
}

function measure(file: string): MeasuredFile {
  const source = readFileSync(join(ROOT, file), 'utf8')
  return { file, lines: source.split('\n').length - 1, functions: functionSizes(source) }
}

/** Prints the figures of some files and what is too large among them; returns how many that are. */
function report(title: string, files: readonly MeasuredFile[], functionsCount: boolean): number {
  const lines = files.map(file => file.lines)
  const functions = files.flatMap(({ file, functions }) => functions.map(size => ({ file, ...size })))
  const lengths = functions.map(size => size.lines)
  console.log(
    `${title}: ${files.length} files, ${mean(lines)} lines on average, median ${median(lines)}, ` +
      `${lines.filter(count => count < CRUMB_LINES).length} under ${CRUMB_LINES}; ` +
      `${functions.length} functions, median ${median(lengths)} lines, ` +
      `${lengths.filter(count => count > LONG_FUNCTION_LINES).length} over ${LONG_FUNCTION_LINES}`,
  )
  const tooLarge = [
    ...files
      .filter(({ lines }) => lines > FILE_MAX_LINES)
      .map(({ file, lines }) => `${file}: ${lines} lines`),
    ...functions
      .filter(({ lines }) => functionsCount && lines > FUNCTION_MAX_LINES)
      .map(({ file, line, lines }) => `${file}:${line}: a function of ${lines} lines`),
  ]
  for (const problem of tooLarge) console.error(problem)
  return tooLarge.length
}

function reportCrumbs(files: readonly MeasuredFile[], graph: ImportGraph): number {
  const operations = new Set(
    files.flatMap(({ file }) => (/\/operations\//.test(file) ? [basename(file)] : [])),
  )
  const importers = (file: string) => [...graph.values()].filter(targets => targets.has(file)).length
  const hasReason = (file: string) => Object.keys(REASONS_FOR_CRUMBS).some(path => file.startsWith(path))
  const crumbs = files.filter(
    ({ file, lines }) => isCrumb(file, lines, importers(file), operations) && !hasReason(file),
  )
  for (const { file, lines } of crumbs)
    console.error(
      `${file}: ${lines} lines and one importer: make it part of a larger file, or give its reason`,
    )
  return crumbs.length
}

function main(): number {
  const files = globSync('{src,tools,test,bench}/**/*.ts', { cwd: ROOT }).sort().map(measure)
  const isTest = ({ file }: MeasuredFile) => /\.test\.ts$|^test\/|^src\/store\/conformance\//.test(file)
  const source = files.filter(file => !isTest(file))
  const graph = new Map(
    [...readImportGraph(ROOT, 'src/**/*.ts')].filter(([file]) => !file.endsWith('.test.ts')),
  )
  const problems =
    report('source', source, true) +
    report('tests', files.filter(isTest), false) +
    reportCrumbs(source, graph)
  return problems === 0 ? 0 : 1
}

const ROOT = dirname(import.meta.dirname)

if (import.meta.main) process.exitCode = main()
