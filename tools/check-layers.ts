/**
 * Holds the import rules of the house (layer-rules.ts). Prints `file:line: offence` for each import
 * or name that a room may not use, with the reason, and each circle of files that import each
 * other, types included. Exits with 1 if there is any, or if more single files than allowed are
 * exceptions from the rules of their folder.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { blankSource, lineAt } from './blank-source.ts'
import { circlesOf, importsOf, readImportGraph } from './import-graph.ts'
import { ROOMS, type Room, type Target, TESTS_MAY_IMPORT } from './layer-rules.ts'

const ROOT = dirname(import.meta.dirname)
const EXCEPTIONS_MAX = 5

export interface Offence {
  readonly file: string
  readonly line: number
  readonly what: string
  readonly because: string
}

/** All offences of one file; `file` is its path in the repository, with `/`. */
export function checkFile(file: string, source: string): Offence[] {
  const room = roomOf(file)
  if (room === undefined)
    return [
      {
        file,
        line: 1,
        what: `${file} is in no room`,
        because: 'each folder of src has its rules in tools/layer-rules.ts',
      },
    ]
  const isTest = file.endsWith('.test.ts')
  return [
    ...checkImports(file, room, isTest, source),
    ...(isTest ? [] : checkNames(file, room, blankSource(source).codeOnly)),
  ].sort((a, b) => a.line - b.line)
}

function checkImports(file: string, room: Room, isTest: boolean, source: string): Offence[] {
  const allowed = [room.path, ...room.mayImport, ...(isTest ? TESTS_MAY_IMPORT : [])]
  return importsOf(source)
    .map(({ specifier, line }) => ({ line, target: targetOf(file, specifier) }))
    .filter(({ target }) => !mayImport(room, allowed, target))
    .map(({ line, target }) => ({
      file,
      line,
      what: `${room.path} may not import ${target}`,
      because: room.because,
    }))
}

function mayImport(room: Room, allowed: readonly Target[], target: Target): boolean {
  if (!allowed.some(prefix => covers(prefix, target))) return false
  return ROOMS.every(
    ({ path, onlyFor }) =>
      onlyFor === undefined || !covers(path, target) || [path, ...onlyFor].includes(room.path),
  )
}

function checkNames(file: string, room: Room, code: string): Offence[] {
  return (room.mayNotUse ?? []).flatMap(ban =>
    [...code.matchAll(ban.pattern)].map(found => ({
      file,
      line: lineAt(code, found.index),
      what: `${room.path} may not use ${ban.what}`,
      because: ban.because,
    })),
  )
}

function roomOf(file: string): Room | undefined {
  return ROOMS.filter(room => covers(room.path, withoutSuffix(file))).sort(
    (a, b) => b.path.length - a.path.length,
  )[0]
}

function targetOf(file: string, specifier: string): Target {
  if (specifier.startsWith('.')) return withoutSuffix(posix.join(posix.dirname(file), specifier))
  if (specifier.startsWith('node:')) return specifier
  const [scopeOrName, name] = specifier.split('/')
  return `npm:${specifier.startsWith('@') ? `${scopeOrName}/${name}` : scopeOrName}`
}

function covers(prefix: Target, target: Target): boolean {
  return prefix.endsWith('*')
    ? target.startsWith(prefix.slice(0, -1))
    : target === prefix || target.startsWith(`${prefix}/`)
}

function withoutSuffix(file: string): string {
  return file.replace(/(?:\.test)?\.tsx?$/, '')
}

/** A room that is one file: an exception from the rules of its folder. */
function isException({ path }: Room): boolean {
  return existsSync(join(ROOT, `${path}.ts`))
}

function main(): number {
  const files = globSync('src/**/*.{ts,tsx}', { cwd: ROOT }).sort()
  const offences = files.flatMap(file => checkFile(file, readFileSync(join(ROOT, file), 'utf8')))
  for (const { file, line, what, because } of offences) console.error(`${file}:${line}: ${what}: ${because}`)
  const circles = circlesOf(readImportGraph(ROOT, 'src/**/*.ts'))
  for (const circle of circles) console.error(`files import each other: ${circle.join(', ')}`)
  const exceptions = ROOMS.filter(isException)
  if (exceptions.length > EXCEPTIONS_MAX)
    console.error(`more than ${EXCEPTIONS_MAX} exceptions: ${exceptions.map(({ path }) => path).join(', ')}`)
  console.log(
    `layers: ${files.length} files, ${ROOMS.length} rooms, ${exceptions.length} exceptions, ${circles.length} circles, ${offences.length} offences`,
  )
  return offences.length + circles.length === 0 && exceptions.length <= EXCEPTIONS_MAX ? 0 : 1
}

if (import.meta.main) process.exitCode = main()
