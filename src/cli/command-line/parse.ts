import { parseArgs } from 'node:util'
import { closestWord } from './closest-word.ts'
import {
  type Argument,
  type Arguments,
  type Command,
  type Environment,
  type Input,
  type Option,
  type Options,
  UsageError,
} from './command.ts'

/**
 * Reads the command line of one command, whose name in full is `call`, such as "user create".
 * Throws `UsageError` with one line that names what is wrong.
 */
export function parseCommandLine(
  call: string,
  command: Command,
  args: readonly string[],
  env: Environment,
): Input<Options, Arguments> {
  const passesOn = Object.values(command.arguments).some(({ afterDashes }) => afterDashes)
  const dashes = passesOn ? args.indexOf('--') : -1
  const own = dashes < 0 ? args : args.slice(0, dashes)
  const { given, words } = scan(call, command, own)
  if (passesOn && words.length > 0)
    throw new UsageError(`unexpected argument "${words[0]}"; write "--" before the command to run`)
  const input = {
    options: optionValues(command, given, env),
    args: argumentValues(call, command, dashes < 0 ? words : args.slice(dashes + 1)),
  }
  // Each value has the type that its declaration infers (see `defineCommand`).
  return input as unknown as Input<Options, Arguments>
}

/** The options as they were given, and the other words. */
function scan(call: string, command: Command, args: readonly string[]) {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(command.options).map(([name, { short, value }]) => [
        name,
        {
          type: value === undefined ? ('boolean' as const) : ('string' as const),
          ...(short !== undefined && { short }),
        },
      ]),
    ),
  })
  const given = new Map<string, string[]>()
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(command.options, token.name) ? command.options[token.name]! : undefined
    if (option === undefined) throw unknownOption(call, command, token.rawName)
    const text = textOf(option, token)
    given.set(token.name, [...(given.get(token.name) ?? []), text])
  }
  return { given, words }
}

function textOf(
  { value }: Option,
  token: { rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
): string {
  const { rawName, value: text, inlineValue } = token
  if (value === undefined) {
    if (text !== undefined) throw new UsageError(`${rawName} accepts no value`)
    return ''
  }
  if (text === undefined || (!inlineValue && /^-./.test(text)))
    throw new UsageError(`${rawName} needs a value: ${rawName} ${value}`)
  return text
}

function unknownOption(call: string, { options }: Command, rawName: string): UsageError {
  const meant = rawName.startsWith('--') ? closestWord(rawName.slice(2), Object.keys(options)) : undefined
  const hint = meant === undefined ? `see "tailrace ${call} --help"` : `did you mean "--${meant}"?`
  return new UsageError(`unknown option "${rawName}"; ${hint}`)
}

function optionValues(
  { options }: Command,
  given: ReadonlyMap<string, readonly string[]>,
  env: Environment,
): Record<string, unknown> {
  const values = Object.entries(options).map(([name, option]) => {
    const texts = given.get(name)
    if (option.value === undefined) return [name, texts !== undefined]
    if (option.repeatable) return [name, (texts ?? []).map(text => read(option, text, `--${name}`))]
    const [text, source] = pick(name, option, texts?.at(-1), env)
    if (text === undefined && option.required) throw new UsageError(`missing --${name} ${option.value}`)
    return [name, text === undefined ? undefined : read(option, text, source)]
  })
  return Object.fromEntries(values)
}

/** An empty variable is how many tools spell "not set". */
function pick(name: string, option: Option, given: string | undefined, env: Environment) {
  const fromEnv = given === undefined && option.env !== undefined ? env[option.env] : undefined
  if (fromEnv) return [fromEnv, option.env!] as const
  return [given ?? option.default, `--${name}`] as const
}

function argumentValues(call: string, command: Command, words: readonly string[]): Record<string, unknown> {
  const left = [...words]
  const values = Object.entries(command.arguments).map(([key, argument]) => {
    const taken = argument.repeatable ? left.splice(0) : left.splice(0, 1)
    if (taken.length === 0 && !argument.optional) throw missing(call, command, argument)
    const all = taken.map(text => read(argument, text, argument.name))
    return [key, argument.repeatable ? all : all[0]]
  })
  if (left.length > 0) throw new UsageError(`unexpected argument "${left[0]}"`)
  return Object.fromEntries(values)
}

function missing(call: string, command: Command, { name, choices, afterDashes }: Argument): UsageError {
  if (afterDashes) return new UsageError(`missing command: tailrace ${call} -- make all`)
  const form = Object.values(command.arguments).map(argument => argumentForm(argument))
  const known = choices === undefined ? '' : ` (${choices.join(', ')})`
  return new UsageError(`missing ${name}${known}: tailrace ${[call, ...form].join(' ')}`)
}

/** An argument in the form of a call: `BUILD`, `[STEP]`, `FILE...`. */
export function argumentForm({ name, optional, repeatable, afterDashes }: Argument): string {
  if (afterDashes) return `-- ${name} [ARGUMENT]...`
  const form = repeatable ? `${name}...` : name
  return optional ? `[${form}]` : form
}

function read({ choices, read: readValue }: Option | Argument, text: string, source: string): unknown {
  if (choices === undefined) return readValue === undefined ? text : readValue(text, source)
  const choice = choices.find(one => one.toLowerCase() === text.toLowerCase())
  if (choice !== undefined) return choice
  const meant = closestWord(text, choices)
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`
  throw new UsageError(`${source} must be ${eitherOf(choices)}, not "${text}"${hint}`)
}

/** `a`, `a or b`, `a, b or c`. */
export function eitherOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
