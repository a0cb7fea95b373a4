import { isTailraceError } from '../../contract/errors.ts'
import { readConfig } from '../../server/config/read-config.ts'
import { ConfigError, type Listen, SETTINGS, type Setting } from '../../server/config/settings.ts'
import { closestWord } from '../command-line/closest-word.ts'
import { defineCommand, type Option, UsageError } from '../command-line/command.ts'

const settings = Object.values(SETTINGS) as Setting<unknown>[]

export const command = defineCommand({
  name: 'serve',
  summary: 'Run the Tailrace server',
  description: `Run the server with a store on this machine. The first start creates a domain, a
project and an admin, prints their credentials once, and saves them in
credentials.env in the data directory.

Every setting is a variable, and may also be in the file of --config. Options
take precedence over variables, and variables over the file. SIGTERM or Ctrl-C
stops the server after the requests in progress; a second Ctrl-C stops it at once.`,
  arguments: {},
  options: {
    ...Object.fromEntries(settings.flatMap(setting => optionOf(setting))),
    config: { value: 'FILE', completes: 'file', help: 'A JSON object with any of the variables below' },
  },
  environment: Object.fromEntries(settings.map(setting => [setting.env, described(setting)])),
  examples: [
    { line: 'tailrace serve', does: 'Serve ./data on http://127.0.0.1:8080.' },
    {
      line: 'tailrace serve --listen 0.0.0.0:8080 --data /var/lib/tailrace',
      does: 'Serve another data directory to other machines.',
    },
  ],
  async run({ options }, io) {
    const config = configOf(options, io.env)
    for (const line of likelyMisspelt(io.env)) io.warn(`tailrace serve: ${line}\n`)
    const { serve } = await import('../../server/main.ts')
    const stop = new AbortController()
    process.on('SIGTERM', () => stop.abort())
    process.on('SIGINT', () => {
      // What was acknowledged is safe even when a second one ends the process at once.
      if (stop.signal.aborted) process.exit(130)
      io.warn('\nStopping after the requests in progress. Press Ctrl-C again to stop at once.\n')
      stop.abort()
    })
    try {
      await serve(config, text => io.print(text), stop.signal)
    } catch (error) {
      // The store rejects a setting: starting again would not help.
      if (isTailraceError(error, 'invalid-parameter')) throw new UsageError(error.message)
      throw error
    }
    return 0
  },
})

function optionOf(setting: Setting<unknown>): [string, Option & { readonly value: string }][] {
  const { flag, value = 'VALUE' } = setting
  return flag === undefined
    ? []
    : [[flag, { value, help: described(setting), ...(flag === 'data' && { completes: 'file' as const }) }]]
}

function described({ help, fallback }: Setting<unknown>): string {
  const byDefault = fallback === undefined ? '' : shown(fallback)
  return byDefault === '' ? help : `${help} (default: ${byDefault})`
}

function shown(fallback: unknown): string {
  if (typeof fallback === 'boolean') return fallback ? 'on' : 'off'
  if (typeof fallback !== 'object' || fallback === null || !('host' in fallback)) return String(fallback)
  const { host, port } = fallback as Listen
  return `${host}:${port}`
}

/**
 * Warnings for variables that look like misspelled settings. Other unknown variables are ignored.
 */
function likelyMisspelt(env: NodeJS.ProcessEnv): readonly string[] {
  const names = settings.map(setting => setting.env)
  const unknown = Object.keys(env).filter(name => name.startsWith('TAILRACE_') && !names.includes(name))
  return unknown.flatMap(name => {
    const meant = closestWord(name, names)
    return meant === undefined ? [] : [`${name} is not a setting and is ignored; did you mean ${meant}?`]
  })
}

function configOf(options: Readonly<Record<string, string | undefined>>, env: NodeJS.ProcessEnv) {
  const args = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}=${value}`],
  )
  try {
    return readConfig(args, env)
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message)
    throw error
  }
}
