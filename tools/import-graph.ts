/** Which file of src imports which: the ground for the checks of layers, circles and sizes. */
import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { blankSource, lineAt } from './blank-source.ts'

const IMPORTS = [
  /(?<![.\w$])(?:import|export)\b(?:[^'"`;=()]*?)\bfrom\s*(['"])(?<specifier>[^'"\n]+)\1/g,
  /(?<![.\w$])import\s*(['"])(?<specifier>[^'"\n]+)\1/g,
  /(?<![.\w$])(?:import|require)\s*\(\s*(['"`])(?<specifier>[^'"`\n]+)\1/g,
]

export interface ImportStatement {
  readonly specifier: string
  /** 1-based line of the specifier. */
  readonly line: number
}

/** Every import, re-export, dynamic import and require of a source, imports of types included. */
export function importsOf(source: string): ImportStatement[] {
  const { withoutComments } = blankSource(source)
  return IMPORTS.flatMap(pattern => [...withoutComments.matchAll(pattern)]).map(found => {
    const specifier = found.groups!.specifier!
    return { specifier, line: lineAt(withoutComments, found.index + found[0].lastIndexOf(specifier)) }
  })
}

/** Files by the paths that they import; all paths are relative to the root of the repository. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>

/**
 * The graph of the files that `pattern` matches below `root`. Imports of other files are left out.
 */
export function readImportGraph(root: string, pattern: string): ImportGraph {
  const files = new Set(globSync(pattern, { cwd: root }).sort())
  return new Map(
    [...files].map(file => {
      const targets = importsOf(readFileSync(join(root, file), 'utf8'))
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => posix.join(posix.dirname(file), specifier))
      return [file, new Set(targets.filter(target => files.has(target)))]
    }),
  )
}

/** Groups of files that import each other, directly or around; each group sorted. */
export function circlesOf(graph: ImportGraph): string[][] {
  const reachable = new Map<string, Set<string>>()
  for (const file of graph.keys()) reachable.set(file, reach(graph, file))
  const seen = new Set<string>()
  const circles: string[][] = []
  for (const [file, targets] of reachable) {
    if (seen.has(file) || !targets.has(file)) continue
    const circle = [...targets].filter(target => reachable.get(target)?.has(file)).sort()
    for (const member of circle) seen.add(member)
    circles.push(circle)
  }
  return circles
}

function reach(graph: ImportGraph, from: string): Set<string> {
  const reached = new Set<string>()
  const next = [...(graph.get(from) ?? [])]
  for (let file = next.pop(); file !== undefined; file = next.pop()) {
    if (reached.has(file)) continue
    reached.add(file)
    next.push(...(graph.get(file) ?? []))
  }
  return reached
}
