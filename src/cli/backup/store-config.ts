import type { Config } from '../../server/config/config.ts'
import { readConfig } from '../../server/config/read-config.ts'
import { ConfigError } from '../../server/config/settings.ts'
import { type CommandIo, UsageError } from '../command-line/command.ts'

/** What `tailrace serve` would use of a store: the setting or `--data`. Throws UsageError. */
export function storeConfig(data: string | undefined, { env }: CommandIo): Config {
  try {
    return readConfig(data === undefined ? [] : ['--data', data], env)
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message)
    throw error
  }
}
