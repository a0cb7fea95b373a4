import { closestWord } from './closest-word.ts'
import { type Entry, isGroup, type Program, UsageError } from './command.ts'

export interface Found {
  /** How the command is called, such as "get" or "user create". */
  readonly call: string
  /** The command; one action where the words name one; the whole group where they do not. */
  readonly entry: Entry
  /** The words after those of `call`. */
  readonly rest: readonly string[]
}

/** The command that the words start with. Throws `UsageError` when there is none. */
export async function findCommand(program: Program, words: readonly string[]): Promise<Found> {
  const [name = '', ...rest] = words
  const commands = Object.assign({}, ...Object.values(program.groups)) as Program['groups'][string]
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load === undefined) {
    const meant = closestWord(name, Object.keys(commands))
    const hint = meant === undefined ? 'see "tailrace --help"' : `did you mean "${meant}"?`
    throw new UsageError(`unknown command "${name}"; ${hint}`)
  }
  const { command: entry } = await load()
  const action = isGroup(entry) ? entry.actions.find(one => one.name === rest[0]) : undefined
  if (action === undefined) return { call: name, entry, rest }
  return { call: `${name} ${action.name}`, entry: action, rest: rest.slice(1) }
}

/** Why a group of actions cannot run as it was called. */
export function actionMissing({ entry, rest: [word] }: Found): UsageError {
  const known = isGroup(entry) ? entry.actions.map(({ name }) => name) : []
  if (word === undefined || word.startsWith('-')) return new UsageError(`missing action: ${known.join(', ')}`)
  const meant = closestWord(word, known)
  const hint = meant === undefined ? `actions: ${known.join(', ')}` : `did you mean "${meant}"?`
  return new UsageError(`unknown action "${word}"; ${hint}`)
}
