/**
 * Prints how large files and functions of src are (medians, and those that want a reason), for a reader to judge: it
 * never fails. Functions are those with a body in braces, suites of tests apart; lines include the braces' own.
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { blankSource, lineAt } from './blank-source.ts'

const FILE_WANTS_REASON_LINES = 400
const FUNCTION_WANTS_REASON_LINES = 60

export interface FunctionSize {
  readonly line: number
  readonly lines: number
}

/** What comes before the brace of a function's body: an arrow, or a parameter list with an optional result type. */
const BODY_START =
  /(?:=>|\)\s*(?::\s*(?:[^\s;{}()=](?:[^;{}()=]*[^;{}()=<|&,\s])?|[^;{}()=]*\{[^{}]*\}[^;{}()=]*))?)\s*$/
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

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function report(title: string, files: readonly string[], root: string): void {
  const sources = files.map(file => ({ file, source: readFileSync(join(root, file), 'utf8') }))
  const lengths = sources.map(({ file, source }) => ({ file, lines: source.split('\n').length - 1 }))
  const functions = sources.flatMap(({ file, source }) =>
    functionSizes(source).map(size => ({ file, ...size })),
  )
  const fileMedian = median(lengths.map(({ lines }) => lines))
  console.log(
    `${title}: ${files.length} files, median ${fileMedian} lines; ${functions.length} functions, median ${median(functions.map(f => f.lines))} lines`,
  )
  for (const { file, lines } of lengths)
    if (lines > FILE_WANTS_REASON_LINES) console.log(`  ${file}: ${lines} lines`)
  for (const { file, line, lines } of functions)
    if (lines > FUNCTION_WANTS_REASON_LINES) console.log(`  ${file}:${line}: a function of ${lines} lines`)
}

function main(): void {
  const root = dirname(import.meta.dirname)
  const files = globSync('{src,tools,test,bench}/**/*.ts', { cwd: root }).sort()
  const isTest = (file: string) => /\.test\.ts$|^test\/|^src\/store\/conformance\//.test(file)
  report(
    'source',
    files.filter(file => !isTest(file)),
    root,
  )
  report('tests', files.filter(isTest), root)
}

if (import.meta.main) main()
