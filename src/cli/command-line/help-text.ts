/** `--help`: of one command, of one action, and of all commands. At most 80 columns wide. */
import type { Entry, Program } from './command.ts'
import { isGroup } from './command.ts'
import {
  actionRows,
  argumentRows,
  environmentRows,
  examplesOf,
  exitCodeRows,
  formOf,
  leavesOf,
  loadGroups,
  optionRows,
  type Row,
  sectionsOf,
  sharedOptions,
} from './describe.ts'

const WIDTH = 80
/** Labels that are longer have their text on the next line. */
const LABEL_MAX = 22

/** The help of one command, or of one action, which `call` names in full. Ends with a newline. */
export function helpText(call: string, entry: Entry): string {
  const examples = examplesOf(entry)
    .map(({ line, does }) => `  $ ${line}\n${wrapped(does, 6)}`)
    .join('\n')
  return [
    `${usage(call, entry)}\n`,
    paragraphs(entry.description),
    section('Actions', actionRows(entry)),
    section('Arguments', argumentRows(entry)),
    section('Options', [...optionRows(entry), ['-h, --help', 'Show this help']]),
    section('Environment', environmentRows(entry)),
    section('Exit codes', exitCodeRows(entry)),
    `Examples:\n${examples}`,
    ...sectionsOf(entry).map(([title, text]) => `${title}:\n${paragraphs(text, 2)}`),
  ]
    .filter(part => part !== '')
    .join('\n')
}

function usage(call: string, entry: Entry): string {
  const forms = isGroup(entry)
    ? leavesOf(entry).map(leaf => formOf(leaf, sharedOptions(entry)))
    : [formOf({ call, command: entry })]
  return `Usage: ${forms.join('\n       ')}`
}

/** The help of `tailrace` itself: all commands by purpose. */
export async function overviewText(program: Program): Promise<string> {
  const groups = await loadGroups(program)
  const width = Math.max(...groups.flatMap(({ entries }) => entries.map(({ name }) => name.length)))
  const lists = groups.map(({ purpose, entries }) =>
    section(
      purpose,
      entries.map(({ name, summary }): Row => [name.padEnd(width), summary]),
    ),
  )
  const environment = section('Environment', Object.entries(program.environment))
  return ['Usage: tailrace COMMAND [OPTION]...\n', ...lists, paragraphs(ABOUT_ALL), environment].join('\n')
}

/** What holds for every command. */
export const ABOUT_ALL = `"tailrace COMMAND --help" shows help for a command. "tailrace --version" shows
the version.

Commands that use a server take its address and the credentials from the
environment (see below) or, without those, from "tailrace login". --profile NAME
selects another login and ignores the environment.

Exit codes: 0 for success, 1 for a failure, 2 for wrong usage, 128 + N after
signal N. Some commands have more.`

function section(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return ''
  const labels = rows.map(([label]) => label.length).filter(length => length <= LABEL_MAX)
  const indent = Math.max(...labels, 4) + 4
  const lines = rows.map(([label, text]) => {
    const body = wrapped(text, indent)
    return label.length + 4 > indent
      ? `  ${label}\n${body}`
      : `${`  ${label}`.padEnd(indent)}${body.slice(indent)}`
  })
  return `${title}:\n${lines.join('')}`
}

function paragraphs(text: string, indent = 0): string {
  return text
    .trim()
    .split(/\n\n+/)
    .map(paragraph => (/^ {2}/.test(paragraph) ? `${paragraph}\n` : wrapped(paragraph, indent)))
    .join('\n')
}

/** The text in lines of at most `WIDTH` columns that start at column `indent`. */
function wrapped(text: string, indent: number): string {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && indent + last.length + 1 + word.length <= WIDTH)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map(line => `${' '.repeat(indent)}${line}\n`).join('')
}
