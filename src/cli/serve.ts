import { readConfig } from '../server/config/read-config.ts'
import { ConfigError, type Listen, SETTINGS, type Setting } from '../server/config/settings.ts'
import { type Command, UsageError } from './command.ts'

const settings = Object.values(SETTINGS) as Setting<unknown>[]
const width = Math.max(...settings.map(({ env }) => env.length)) + 2
const line = (name: string, help: string) => `  ${name.padEnd(width)}${help}\n`

function described({ help, fallback }: Setting<unknown>): string {
  const byDefault = fallback === undefined ? '' : shown(fallback)
  return byDefault === '' ? help : `${help}; ${byDefault} by default`
}

function shown(fallback: unknown): string {
  if (typeof fallback === 'boolean') return fallback ? 'on' : 'off'
  if (typeof fallback !== 'object' || fallback === null || !('host' in fallback)) return String(fallback)
  const { host, port } = fallback as Listen
  return `${host}:${port}`
}

export const command: Command = {
  summary: 'Serve logs from a store on this machine',
  usage: [
    'Usage: tailrace serve [--listen HOST:PORT] [--data DIR] [OPTION]...\n\n',
    ...settings
      .filter(({ flag }) => flag !== undefined)
      .map(setting => line(`--${setting.flag} VALUE`, described(setting))),
    line('--config FILE', 'a JSON object with any of the variables below'),
    '\nEnvironment:\n',
    ...settings.map(setting => line(setting.env, described(setting))),
  ].join(''),

  async run(args, io) {
    const config = configOf(args, io.env)
    const { serve } = await import('../server/main.ts')
    const stop = new AbortController()
    process.on('SIGTERM', () => stop.abort())
    process.on('SIGINT', () => {
      // A second one ends the process at once; what was acknowledged is safe all the same.
      if (stop.signal.aborted) process.exit(130)
      io.complain('\nStopping: running requests end first. Ctrl-C again stops at once.\n')
      stop.abort()
    })
    await serve(config, text => io.print(text), stop.signal)
    return 0
  },
}

function configOf(args: readonly string[], env: NodeJS.ProcessEnv) {
  try {
    return readConfig(args, env)
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message)
    throw error
  }
}
