/** What help, docs/cli.md, the man page and completion all say of a command. */
import type { Command, CommandGroup, Declared, Entry, Example, Option, Program, Value } from './command.ts'
import { isGroup } from './command.ts'
import { argumentForm, eitherOf } from './parse.ts'

/** A name and what it stands for, such as an option and its help. */
export type Row = readonly [label: string, text: string]

/**
 * One leaf: a command without actions, or one action. `call` is how it is called, such as "user
 * create".
 */
export interface Leaf {
  readonly call: string
  readonly command: Command
}

export function leavesOf(entry: Entry): readonly Leaf[] {
  if (!isGroup(entry)) return [{ call: entry.name, command: entry }]
  return entry.actions.map(action => ({ call: `${entry.name} ${action.name}`, command: action }))
}

/**
 * `tailrace user create [OPTION]... NAME`; options that all actions share are not worth a mention.
 */
export function formOf({ call, command }: Leaf, shared: readonly string[] = []): string {
  const hasOptions = Object.keys(command.options).some(name => !shared.includes(name))
  const parts = Object.values(command.arguments).map(argument => argumentForm(argument))
  return ['tailrace', call, ...(hasOptions ? ['[OPTION]...'] : []), ...parts].join(' ')
}

/** Names of the options that every action of the group has. */
export function sharedOptions({ actions }: CommandGroup): readonly string[] {
  const [first, ...others] = actions
  return Object.keys(first?.options ?? {}).filter(name => others.every(({ options }) => name in options))
}

/** All options; of a group, those of single actions first, with their names. */
export function optionRows(entry: Entry): readonly Row[] {
  if (!isGroup(entry)) return Object.entries(entry.options).map(([name, option]) => optionRow(name, option))
  const shared = sharedOptions(entry)
  const own = entry.actions.flatMap(({ name: action, options }) =>
    Object.entries(options)
      .filter(([name]) => !shared.includes(name))
      .map(([name, option]): Row => {
        const [label, text] = optionRow(name, option)
        return [label, `${action}: ${text}`]
      }),
  )
  const common = Object.entries(entry.actions[0]?.options ?? {}).filter(([name]) => shared.includes(name))
  return [...own, ...common.map(([name, option]) => optionRow(name, option))]
}

function optionRow(name: string, option: Option): Row {
  const value = option.value === undefined ? '' : ` ${option.value}`
  return [`${option.short === undefined ? '' : `-${option.short}, `}--${name}${value}`, textOf(option)]
}

function textOf(option: Option): string {
  const notes = [
    ...choicesOf(option),
    ...defaultOf(option),
    ...(option.env === undefined ? [] : [`env: ${option.env}`]),
    ...(option.repeatable ? ['may be repeated'] : []),
  ]
  return notes.length === 0 ? option.help : `${option.help} (${notes.join('; ')})`
}

function defaultOf({ default: fixed, defaultText = fixed }: Option): readonly string[] {
  return defaultText === undefined ? [] : [`default: ${defaultText}`]
}

function choicesOf({ choices }: Value): readonly string[] {
  return choices === undefined ? [] : [eitherOf(choices)]
}

export function argumentRows(entry: Entry): readonly Row[] {
  const seen = new Map<string, string>()
  for (const { command } of leavesOf(entry))
    for (const argument of Object.values(command.arguments)) {
      const notes = choicesOf(argument)
      seen.set(argument.name, notes.length === 0 ? argument.help : `${argument.help} (${notes.join('; ')})`)
    }
  return [...seen]
}

export function actionRows(entry: Entry): readonly Row[] {
  return isGroup(entry) ? entry.actions.map(({ name, summary }): Row => [name, summary]) : []
}

export function environmentRows(entry: Entry): readonly Row[] {
  const all = isGroup(entry) ? [...entry.actions, entry] : [entry]
  return Object.entries(Object.assign({}, ...all.map(({ environment }) => environment)))
}

export function exitCodeRows({ exitCodes = {} }: Declared): readonly Row[] {
  return Object.entries(exitCodes)
}

export function sectionsOf({ sections = {} }: Declared): readonly Row[] {
  return Object.entries(sections)
}

/** Examples of a command; of a group, the first one of each action. */
export function examplesOf(entry: Entry): readonly Example[] {
  return isGroup(entry) ? entry.actions.map(({ examples }) => examples[0]) : entry.examples
}

/** The declarations of all commands, by purpose. */
export async function loadGroups(
  program: Program,
): Promise<readonly { readonly purpose: string; readonly entries: readonly Entry[] }[]> {
  return Promise.all(
    Object.entries(program.groups).map(async ([purpose, commands]) => {
      const modules = await Promise.all(Object.values(commands).map(load => load()))
      return { purpose, entries: modules.map(({ command }) => command) }
    }),
  )
}
