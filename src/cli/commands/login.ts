import { defineCommand } from '../command-line/command.ts'
import { JSON_FLAG, PROFILE } from '../connection/connection-options.ts'

export const command = defineCommand({
  name: 'login',
  summary: 'Log in to a server',
  description: `Log in to a server, so that other commands need no variables. Asks for what the
options do not say, and offers the value of the environment or of the last login
in brackets: press Enter to accept it.

Saves a token or an access key, but never a password, in
$XDG_CONFIG_HOME/tailrace/credentials.json (by default ~/.config), which only you
can read. A token is valid for a day.

If stdin is not a terminal, the password or the secret key is read from its next
line. If TAILRACE_PASSWORD or TAILRACE_SK is set, nothing is asked that the
environment says.`,
  keepsProfile: true,
  arguments: {},
  options: {
    url: { value: 'URL', help: "The server's address" },
    user: { value: 'NAME', help: 'Your user name' },
    domain: { value: 'NAME', help: "The user's domain" },
    project: { value: 'NAME', help: 'The project to work in' },
    key: { help: 'Create and save an access key, which does not expire' },
    'access-key': { value: 'AK', help: 'Save this access key; asks for its secret key' },
    profile: { ...PROFILE, defaultText: 'default', help: 'Save the login under this name' },
    json: { ...JSON_FLAG, help: 'Print {profile, url, user, project, expires}, without secrets' },
  },
  environment: {
    'TAILRACE_URL, TAILRACE_USER, TAILRACE_DOMAIN, TAILRACE_PROJECT': 'Defaults for the options',
    TAILRACE_PASSWORD: 'The password',
    TAILRACE_SK: 'The secret key of --access-key',
  },
  examples: [
    { line: 'tailrace login --url https://logs.example.com', does: 'Log in with a user and a password.' },
    {
      line: 'tailrace login --url https://logs.example.com --key --profile ci',
      does: 'Save an access key that does not expire as the profile "ci".',
    },
  ],
  async run({ options }, io) {
    const { logIn } = await import('../connection/log-in.ts')
    await logIn(options, io)
    return 0
  },
})
