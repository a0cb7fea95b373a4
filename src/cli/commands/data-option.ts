import type { Option } from '../command-line/command.ts'

/** For the commands that work on the directory of a store. */
export const DATA = {
  value: 'DIR',
  completes: 'file',
  defaultText: '$TAILRACE_DATA, or ./data',
  help: 'The data directory of the store, as for "tailrace serve"',
} as const satisfies Option
