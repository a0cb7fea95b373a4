import { spawnSync } from 'node:child_process'
import { AdministrationClient } from '../../src/client/administration-client.ts'
import { BOOTSTRAP, CLI } from './server-process.ts'

export interface OfflineOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
  /** A command that runs it, such as a tracer with its options. */
  readonly under?: readonly string[]
}

/** Runs `tailrace offline ARGS --data DIR`. `code` is null for an end by a signal. */
export function offline(
  data: string,
  args: readonly string[],
  { env = {}, input = '', under = [] }: OfflineOptions = {},
): { readonly code: number | null; readonly stdout: string; readonly stderr: string } {
  const [program = '', ...rest] = [...under, process.execPath, CLI, 'offline', ...args, '--data', data]
  const { PATH } = process.env
  const { status, stdout, stderr } = spawnSync(program, rest, {
    env: { PATH, ...env },
    input,
    encoding: 'utf8',
  })
  return { code: status, stdout, stderr }
}

/** Whether the first access key signs requests that the server takes. */
export async function keySigns(server: { readonly url: string }): Promise<boolean> {
  const credentials = { accessKey: BOOTSTRAP.ak, secretKey: BOOTSTRAP.sk }
  const keys = await new AdministrationClient({ url: server.url, credentials }).listKeys()
  return keys.some(({ access_key }) => access_key === BOOTSTRAP.ak)
}
