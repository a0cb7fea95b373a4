import type { AdministrationClient } from '../../client/administration-client.ts'
import { type CommandIo, UsageError } from '../command-line/command.ts'

/** What `--json` prints, and what a person reads. */
export interface Result {
  readonly json: unknown
  readonly text: string
}

/** Runs one action on the server of the environment or the login, and prints its result. */
export async function administer(
  io: CommandIo,
  json: boolean,
  act: (server: AdministrationClient) => Promise<Result>,
): Promise<number> {
  const [{ AdministrationClient }, { connectionOf, NO_CREDENTIALS }, { retryNotice }] = await Promise.all([
    import('../../client/administration-client.ts'),
    import('./connection.ts'),
    import('./retry-notice.ts'),
  ])
  const { url, credentials } = connectionOf(io.env)
  if (credentials === undefined) throw new UsageError(NO_CREDENTIALS)
  const result = await act(new AdministrationClient({ url, credentials, ...retryNotice(io) }))
  io.print(json ? `${JSON.stringify(result.json)}\n` : result.text)
  return 0
}
