/**
 * Holds what can be checked of comments and Markdown: comments end at column 100, and whatever a
 * comment or a page cites is in the repository: pages, their sections, files that links lead to,
 * and names that links to code show. Prints `file:line: problem`; exits with 1 if there is any.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { blankSource } from './blank-source.ts'

const ROOT = dirname(import.meta.dirname)
const COMMENT_MAX_COLUMNS = 100

export interface Problem {
  readonly line: number
  readonly what: string
}

/** Reads a file of the repository by its path from the root; undefined where there is none. */
export type ReadPage = (path: string) => string | undefined

/** The problems of the comments of one TypeScript source. */
export function checkComments(source: string, read: ReadPage): Problem[] {
  const code = blankSource(source).withoutComments.split('\n')
  return source.split('\n').flatMap((text, index) => {
    if (code[index] === text) return []
    const comment = [...text]
      .map((character, at) => (code[index]?.[at] === character ? ' ' : character))
      .join('')
    const line = index + 1
    const tooLong =
      text.length > COMMENT_MAX_COLUMNS && comment.trim().length > 0 && !isUnbreakable(comment)
        ? [{ line, what: `a comment of ${text.length} columns` }]
        : []
    return [...tooLong, ...checkCitations(comment, read).map(what => ({ line, what }))]
  })
}

/** A long address or path has no place to break. */
function isUnbreakable(comment: string): boolean {
  return comment
    .trim()
    .replace(/^(?:\/\*\*?|\/\/|\*)\s*/, '')
    .split(' ')
    .some(word => word.length > 60)
}

/**
 * Pages are cited by their path from the root, with `§` and the number of a section where one is
 * meant.
 */
function checkCitations(text: string, read: ReadPage): string[] {
  return [...text.matchAll(/(?<path>[\w./-]+\.md)\b(?:\s+§(?<section>\d+(?:\.\d+)*))?/g)].flatMap(
    ({ groups }) => {
      const { path = '', section } = groups!
      const page = read(path)
      if (page === undefined) return [`cites ${path}, which is not in the repository`]
      return section === undefined || hasSection(page, section)
        ? []
        : [`cites ${path} §${section}, which it lacks`]
    },
  )
}

function hasSection(page: string, section: string): boolean {
  return new RegExp(`^#+ §?${section.replaceAll('.', '\\.')}[. ]`, 'm').test(page)
}

/** The problems of the links of one page of Markdown, whose path is `page`. */
export function checkLinks(page: string, text: string, read: ReadPage): Problem[] {
  return text.split('\n').flatMap((lineText, index) =>
    [...lineText.matchAll(/\[(?<label>[^\]]*)\]\((?<target>[^)\s]+)\)/g)].flatMap(({ groups }) => {
      const what = checkLink(page, groups!.label!, groups!.target!, text, read)
      return what === undefined ? [] : [{ line: index + 1, what }]
    }),
  )
}

function checkLink(
  page: string,
  label: string,
  target: string,
  text: string,
  read: ReadPage,
): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : normalize(join(dirname(page), path))
  const linked = path === '' ? text : read(file)
  if (linked === undefined)
    return existsSync(join(ROOT, file)) ? undefined : `links to ${file}, which is missing`
  if (anchor !== undefined && file.endsWith('.md') && !anchorsOf(linked).has(anchor))
    return `links to ${file}#${anchor}, which it lacks`
  const name = /^`(?<name>\w+)(?:\(\))?`$/.exec(label)?.groups?.name
  if (name !== undefined && file.endsWith('.ts') && !new RegExp(`\\b${name}\\b`).test(linked))
    return `shows ${name}, which ${file} lacks`
  return undefined
}

/** The anchors that renderers of Markdown make of headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  return new Set(
    [...text.matchAll(/^#+ (?<heading>.+)$/gm)].map(({ groups }) =>
      groups!
        .heading!.toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

const readPage: ReadPage = path => {
  const file = join(ROOT, path)
  return /\.(?:md|ts)$/.test(file) && existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

function main(): number {
  const sources = globSync('{src,test,tools,bench}/**/*.ts', { cwd: ROOT }).sort()
  const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).sort()
  const problems = [
    ...sources.flatMap(file =>
      checkComments(readFileSync(join(ROOT, file), 'utf8'), readPage).map(problem => ({ file, ...problem })),
    ),
    ...pages.flatMap(file =>
      checkLinks(file, readFileSync(join(ROOT, file), 'utf8'), readPage).map(problem => ({
        file,
        ...problem,
      })),
    ),
  ]
  for (const { file, line, what } of problems) console.error(`${file}:${line}: ${what}`)
  console.log(`text: ${sources.length} sources, ${pages.length} pages, ${problems.length} problems`)
  return problems.length === 0 ? 0 : 1
}

if (import.meta.main) process.exitCode = main()
