import { defineCommand } from '../command-line/command.ts'
import { JSON_FLAG, PROFILE } from '../connection/connection-options.ts'

export const command = defineCommand({
  name: 'logout',
  summary: 'Log out of a server',
  description: `Remove a login. The server revokes its token, or deletes the access key that
"tailrace login --key" created. An access key that was given to the login stays
valid.`,
  keepsProfile: true,
  arguments: {},
  options: {
    profile: { ...PROFILE, defaultText: '$TAILRACE_PROFILE, or default', help: 'The login to remove' },
    json: { ...JSON_FLAG, help: 'Print {profile, url, ended}' },
  },
  exitCodes: { 1: 'There was no login, or the server could not be reached' },
  examples: [
    { line: 'tailrace logout', does: 'Remove the default login.' },
    { line: 'tailrace logout --profile ci', does: 'Remove the login that was saved as "ci".' },
  ],
  async run({ options }, io) {
    const { logOut } = await import('../connection/log-out.ts')
    return logOut(options.json, io)
  },
})
