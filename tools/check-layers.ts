/**
 * Holds the import rules of the house (layer-rules.ts): prints `file:line: offence` for each import or name that
 * a room may not use, with the reason, and exits with 1 if there is any.
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { blankSource, lineAt } from './blank-source.ts'
import { ROOMS, type Room, type Target, TESTS_MAY_IMPORT } from './layer-rules.ts'

export interface Offence {
  readonly file: string
  readonly line: number
  readonly what: string
  readonly because: string
}

const IMPORTS = [
  /(?<![.\w$])(?:import|export)\b(?:[^'"`;=()]*?)\bfrom\s*(['"])(?<specifier>[^'"\n]+)\1/g,
  /(?<![.\w$])import\s*(['"])(?<specifier>[^'"\n]+)\1/g,
  /(?<![.\w$])(?:import|require)\s*\(\s*(['"`])(?<specifier>[^'"`\n]+)\1/g,
]

/** All offences of one file; `file` is its path in the repository, with `/`. */
export function checkFile(file: string, source: string): Offence[] {
  const room = roomOf(file)
  if (room === undefined)
    return [
      {
        file,
        line: 1,
        what: `${file} stands in no room`,
        because: 'each folder of src has its rules in tools/layer-rules.ts',
      },
    ]
  const isTest = file.endsWith('.test.ts')
  const blanked = blankSource(source)
  return [
    ...checkImports(file, room, isTest, blanked.withoutComments),
    ...(isTest ? [] : checkNames(file, room, blanked.codeOnly)),
  ].sort((a, b) => a.line - b.line)
}

function checkImports(file: string, room: Room, isTest: boolean, source: string): Offence[] {
  const allowed = [room.path, ...room.mayImport, ...(isTest ? TESTS_MAY_IMPORT : [])]
  return IMPORTS.flatMap(pattern => [...source.matchAll(pattern)])
    .map(found => ({ found, target: targetOf(file, found.groups!.specifier!) }))
    .filter(({ target }) => !mayImport(room, allowed, target))
    .map(({ found, target }) => ({
      file,
      line: lineAt(source, found.index + found[0].lastIndexOf(found.groups!.specifier!)),
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

function main(): number {
  const root = dirname(import.meta.dirname)
  const files = globSync('src/**/*.{ts,tsx}', { cwd: root }).sort()
  const offences = files.flatMap(file => checkFile(file, readFileSync(join(root, file), 'utf8')))
  for (const { file, line, what, because } of offences) console.error(`${file}:${line}: ${what}: ${because}`)
  console.log(`layers: ${files.length} files, ${ROOMS.length} rooms, ${offences.length} offences`)
  return offences.length === 0 ? 0 : 1
}

if (import.meta.main) process.exitCode = main()
