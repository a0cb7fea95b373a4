import Type from 'typebox'

/** What downloads of logs can be asked for (docs/api.md §3). */
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

const answerHeaders = {
  'Content-Disposition': Type.String({ description: 'attachment, with filename and filename* (RFC 6266).' }),
  'X-Content-Type-Options': Type.Literal('nosniff'),
}

/** What downloads answer, by GET and by HEAD. */
export const logFile = {
  answerHeaders: Type.Object(answerHeaders),
  head: { summary: 'Ask whether there is such a file' },
} as const

/** The same where every byte may come as it is stored. */
export const storedLogFile = {
  headers: Type.Object({
    'Accept-Encoding': Type.Optional(
      Type.String({ description: 'With log_level=DEBUG, zstd answers the frames as they are stored.' }),
    ),
  }),
  answerHeaders: Type.Object({
    ...answerHeaders,
    'Content-Encoding': Type.Optional(Type.Literal('zstd')),
    Vary: Type.Optional(Type.Literal('Accept-Encoding')),
  }),
  head: logFile.head,
} as const
