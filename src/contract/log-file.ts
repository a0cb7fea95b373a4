import Type from 'typebox'

/** What downloads of logs can be asked for (api.md §3). */
export const logLevelParameter = Type.Optional(
  Type.Union([Type.Literal('INFO'), Type.Literal('DEBUG')], {
    description: 'INFO (the default) leaves out DEBUG lines; DEBUG is every byte.',
  }),
)

export const compressParameter = Type.Optional(
  Type.String({
    pattern: '^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$',
    description: 'true: a .zip file with the log in it; false (the default): the log.',
  }),
)

/** Whether a well-formed `compress` asks for a .zip file. */
export function wantsZip(compress: string | undefined): boolean {
  return compress?.toLowerCase() === 'true'
}
