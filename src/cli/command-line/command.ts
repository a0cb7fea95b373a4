/** What a command may use of the process it runs in. */
export interface CommandIo {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Writes to stdout. A closed stdout is not an error. */
  print(text: string): void
  /** Writes to stderr. */
  complain(text: string): void
}

/** One command of `tailrace`; its file exports it as `command`. */
export interface Command {
  /** Half a sentence for the list of commands. */
  readonly summary: string
  /** All of `--help`: the form of the call, then each option. Ends with a newline. */
  readonly usage: string
  /** `--profile` names where the command keeps a login, not the login that it uses: the environment stays as it is. */
  readonly keepsProfile?: true
  /**
   * Resolves to the exit code: 0, 1 for a failure, 2 for wrong usage, others as the usage tells. A `UsageError` is shown with the form of the
   * call, a `TailraceError` or any other error by its message alone.
   */
  run(args: string[], io: CommandIo): Promise<number>
}

/** The command line or the configuration is wrong, and nothing was begun. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}
