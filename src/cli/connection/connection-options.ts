/** What the declarations of all commands that talk to a server have in common. */
import { type Option, UsageError } from '../command-line/command.ts'

export const PROFILE = {
  value: 'NAME',
  help: 'Use this login instead of the environment',
  completes: 'profile',
  read: profileOf,
} as const satisfies Option

export const JSON_FLAG = { help: 'Print JSON' } as const satisfies Option

/** For the commands that use a server. The rest is in `PROGRAM_ENVIRONMENT`. */
export const CONNECTION_ENVIRONMENT = {
  'TAILRACE_URL, TAILRACE_TOKEN':
    'The server and a token, instead of a login. "tailrace --help" lists the other credentials',
} as const

/** The variables that name a server, credentials or a login. */
export const PROGRAM_ENVIRONMENT = {
  TAILRACE_URL: "The server's address, such as https://logs.example.com",
  TAILRACE_TOKEN: 'A token',
  'TAILRACE_AK, TAILRACE_SK': 'An access key and its secret key, instead of a token',
  TAILRACE_PROJECT_ID: 'With an access key: the id of its project, for servers that require it',
  'TAILRACE_USER, TAILRACE_PASSWORD, TAILRACE_DOMAIN, TAILRACE_PROJECT':
    'A user, their password, their domain and the project to work in, instead of a token',
  TAILRACE_PROFILE: 'The login to use (default: default)',
} as const

function profileOf(text: string): string {
  if (text === '') throw new UsageError('--profile needs a value: --profile NAME')
  return text
}
