import { isTailraceError } from '../../contract/errors.ts'
import { readConfig } from '../../server/config/read-config.ts'
import { ConfigError, type Listen, SETTINGS, type Setting } from '../../server/config/settings.ts'
import { closestWord } from '../command-line/closest-word.ts'
import { type Command, UsageError } from '../command-line/command.ts'

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
    for (const line of likelyMisspelt(io.env)) io.complain(`tailrace serve: ${line}\n`)
    const { serve } = await import('../../server/main.ts')
    const stop = new AbortController()
    process.on('SIGTERM', () => stop.abort())
    process.on('SIGINT', () => {
      // A second one ends the process at once; what was acknowledged is safe all the same.
      if (stop.signal.aborted) process.exit(130)
      io.complain('\nStopping: running requests end first. Ctrl-C again stops at once.\n')
      stop.abort()
    })
    try {
      await serve(config, text => io.print(text), stop.signal)
    } catch (error) {
      // A value that shows only with the store: to start again would not help.
      if (isTailraceError(error, 'invalid-parameter')) throw new UsageError(error.message)
      throw error
    }
    return 0
  },
}

/** A variable that is no setting is ignored, as other commands have theirs; but not without a word where it looks like one. */
function likelyMisspelt(env: NodeJS.ProcessEnv): readonly string[] {
  const names = settings.map(setting => setting.env)
  const unknown = Object.keys(env).filter(name => name.startsWith('TAILRACE_') && !names.includes(name))
  return unknown.flatMap(name => {
    const meant = closestWord(name, names)
    return meant === undefined ? [] : [`${name} is no setting, and ignored. Did you mean ${meant}?`]
  })
}

function configOf(args: readonly string[], env: NodeJS.ProcessEnv) {
  try {
    return readConfig(args, env)
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message)
    throw error
  }
}
