import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TailraceClient } from '../../src/client/tailrace-client.ts'
import { type Ended, type Running, startCommand } from './command-process.ts'
import { BOOTSTRAP } from './server-process.ts'

/**
 * A CI runner: a folder to run `tailrace` in, a server's address, credentials, and a spool of its
 * own.
 */
export class RunnerHome implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'tailrace-runner-'))
  readonly spool = join(this.folder, 'spool')
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  /** Starts `tailrace ARGS`; `under` runs it, such as a shell that sets a limit. */
  start(
    args: readonly string[],
    env: Readonly<Record<string, string | undefined>> = {},
    under: readonly string[] = [],
  ): Running {
    return startCommand(args, {
      cwd: this.folder,
      env: { ...this.environment(), ...env },
      under,
      stdout: 'latin1',
    })
  }

  run(
    args: readonly string[],
    env: Readonly<Record<string, string | undefined>> = {},
    under: readonly string[] = [],
  ): Promise<Ended> {
    return this.start(args, env, under).ended
  }

  environment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !name.startsWith('TAILRACE_') && name !== 'NODE_TEST_CONTEXT',
    )
    return {
      ...Object.fromEntries(inherited),
      TAILRACE_URL: this.url,
      TAILRACE_AK: BOOTSTRAP.ak,
      TAILRACE_SK: BOOTSTRAP.sk,
      TAILRACE_SPOOL: this.spool,
    }
  }

  get client(): TailraceClient {
    return new TailraceClient({
      url: this.url,
      credentials: { accessKey: BOOTSTRAP.ak, secretKey: BOOTSTRAP.sk },
    })
  }

  /** All bytes of a step's log, one character per byte. */
  async logOf(recordId: string, stepId = 1): Promise<string> {
    const stream = await this.client.downloadTaskLog({ recordId, stepId }, 'DEBUG')
    return Buffer.from(await new Response(stream).arrayBuffer()).toString('latin1')
  }

  /** The folders of logs that wait for delivery. */
  waiting(): string[] {
    try {
      return readdirSync(this.spool)
    } catch {
      return []
    }
  }

  /** Whether a file of the only log that waits for delivery contains the text. */
  isSpooled(text: string): boolean {
    const [folder] = this.waiting()
    if (folder === undefined) return false
    const inEntry = (name: string) => join(this.spool, folder, name)
    return readdirSync(join(this.spool, folder)).some(name =>
      readFileSync(inEntry(name), 'latin1').includes(text),
    )
  }

  /** A file of the only log that waits for delivery. */
  spooled(name: string): string {
    return readFileSync(join(this.spool, this.waiting()[0]!, name), 'latin1')
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
