/**
 * How a command declares itself. Parsing, `--help`, shell completion, docs/cli.md and the man page
 * are all made from these declarations. A declaration is light: what a command does is imported
 * when it runs (docs/decisions/0009-command-line.md).
 */

export type Environment = Readonly<Record<string, string | undefined>>

/** What a command may use of the process it runs in. */
export interface CommandIo {
  readonly env: Environment
  /** Writes to stdout. A closed stdout is not an error. */
  print(text: string): void
  /** Writes to stderr. */
  warn(text: string): void
}

/** How the text of a value becomes the value, and how it is shown and completed. */
export interface Value {
  readonly help: string
  /** The only values that are accepted. */
  readonly choices?: readonly string[]
  /**
   * Returns the value. Throws `UsageError`; `source` is the option or argument as people write it.
   */
  readonly read?: (text: string, source: string) => unknown
  readonly repeatable?: true
  /** What a shell offers; without it, only `choices`. */
  readonly completes?: 'file' | 'profile' | 'command'
}

export interface Option extends Value {
  /** One letter, without its dash. */
  readonly short?: string
  /** The name of the value in help, such as FILE. An option without it is a flag. */
  readonly value?: string
  readonly required?: true
  /** The text that is read when the option is not given. */
  readonly default?: string
  /** What help says of a default that depends on the call. */
  readonly defaultText?: string
  /** The variable that is read when the option is not given. */
  readonly env?: string
}

export interface Argument extends Value {
  /** As help shows it, such as BUILD. */
  readonly name: string
  readonly optional?: true
  /** All that follows "--" belongs to this argument, options included. */
  readonly afterDashes?: true
}

/** By their long names, without the dashes. */
export type Options = Readonly<Record<string, Option>>
/** In the order in which they are written. */
export type Arguments = Readonly<Record<string, Argument>>

type One<V> = V extends { readonly read: (...parameters: never) => infer T }
  ? T
  : V extends { readonly choices: readonly (infer C)[] }
    ? C
    : string

type OptionValue<O> = O extends { readonly value: string }
  ? O extends { readonly repeatable: true }
    ? readonly One<O>[]
    : O extends { readonly default: string } | { readonly required: true }
      ? One<O>
      : One<O> | undefined
  : boolean

type ArgumentValue<A> = A extends { readonly repeatable: true }
  ? readonly [One<A>, ...One<A>[]]
  : A extends { readonly optional: true }
    ? One<A> | undefined
    : One<A>

/** The values of one call, typed by the declaration. */
export interface Input<O extends Options, A extends Arguments> {
  readonly options: { readonly [Name in keyof O]: OptionValue<O[Name]> }
  readonly args: { readonly [Name in keyof A]: ArgumentValue<A[Name]> }
}

export interface Example {
  /** A call that parses, starting with "tailrace". */
  readonly line: string
  readonly does: string
}

export interface Declared {
  readonly name: string
  /** One line for the list of commands, without a full stop. */
  readonly summary: string
  /**
   * Paragraphs, with blank lines between. Lines that start with two spaces are kept as they are.
   */
  readonly description: string
  /** Variables and what they mean, besides those that options name. */
  readonly environment?: Readonly<Record<string, string>>
  /**
   * Details that help shows last, by title, in the same form as `description`. They keep the
   * description short.
   */
  readonly sections?: Readonly<Record<string, string>>
  /** Exit codes that differ from the usual ones: 0, 1 for a failure, 2 for wrong usage. */
  readonly exitCodes?: Readonly<Record<string, string>>
  /** `--profile` names where the command keeps a login, not the login that it uses. */
  readonly keepsProfile?: true
}

export interface Command<O extends Options = Options, A extends Arguments = Arguments> extends Declared {
  readonly options: O
  readonly arguments: A
  readonly examples: readonly [Example, Example, ...Example[]]
  /**
   * Resolves to the exit code. Errors are shown by their messages: a `UsageError` exits with 2, any
   * other error with 1.
   */
  run(input: Input<O, A>, io: CommandIo, program: Program): Promise<number>
}

/** A command that has several actions, such as `tailrace user create`. */
export interface CommandGroup extends Declared {
  readonly actions: readonly Command[]
}

export type Entry = Command | CommandGroup

/** `tailrace` as a whole. */
export interface Program {
  readonly version: string
  /** The variables of all commands that use a server. */
  readonly environment: Readonly<Record<string, string>>
  /** All commands, by purpose and name. */
  readonly groups: Readonly<
    Record<string, Readonly<Record<string, () => Promise<{ readonly command: Entry }>>>>
  >
}

/** Prints the names of all profiles, one a line: what shells call to complete `--profile`. */
export const PROFILES_CALL = '__profiles'

/** Infers the types of the values that `run` gets. */
export function defineCommand<const O extends Options, const A extends Arguments>(
  command: Command<O, A>,
): Command {
  // The parser makes exactly the values that the declaration promises.
  return command as unknown as Command
}

export function isGroup(entry: Entry): entry is CommandGroup {
  return 'actions' in entry
}

/** The command line or the configuration is wrong, and nothing was started. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}
