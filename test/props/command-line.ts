import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Ended, type Running, startCommand } from './command-process.ts'
import { BOOTSTRAP } from './server-process.ts'

/**
 * A person at a command line: a folder that is both home and working directory, and the admin's key
 * for one server.
 */
export class CommandLine implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'tailrace-person-'))
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const { PATH, NODE_COMPILE_CACHE } = process.env
    const own = { TAILRACE_URL: this.url, TAILRACE_AK: BOOTSTRAP.ak, TAILRACE_SK: BOOTSTRAP.sk }
    return { PATH, NODE_COMPILE_CACHE, HOME: this.folder, TZ: 'UTC', ...own, ...more }
  }

  start(
    args: readonly string[],
    input?: string | Uint8Array,
    under: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): Running {
    return startCommand(args, { cwd: this.folder, env: this.environment(env), input, under })
  }

  run(args: readonly string[], input?: string | Uint8Array, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.start(args, input, [], env).ended
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
