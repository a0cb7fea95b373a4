import Type from 'typebox'

/** The parameters of downloads (docs/api.md §3). */
export const logLevelParameter = Type.Optional(
  Type.Union([Type.Literal('INFO'), Type.Literal('DEBUG')], {
    description: 'INFO leaves out DEBUG lines; DEBUG returns every byte. Default: INFO.',
  }),
)

export const compressParameter = Type.Optional(
  Type.String({
    pattern: '^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$',
    description: 'true returns a .zip file that contains the log. Default: false.',
  }),
)

/** Whether a valid `compress` asks for a .zip file. */
export function wantsZip(compress: string | undefined): boolean {
  return compress?.toLowerCase() === 'true'
}

const answerHeaders = {
  'Content-Disposition': Type.String({ description: 'attachment, with filename and filename* (RFC 6266).' }),
  'X-Content-Type-Options': Type.Literal('nosniff'),
}

/** What GET and HEAD of a download answer. */
export const logFile = {
  answerHeaders: Type.Object(answerHeaders),
  head: { summary: 'Check a download without fetching it' },
} as const

/** The same for downloads that can return the stored bytes. */
export const storedLogFile = {
  headers: Type.Object({
    'Accept-Encoding': Type.Optional(
      Type.String({ description: 'With log_level=DEBUG, zstd returns the frames as they are stored.' }),
    ),
  }),
  answerHeaders: Type.Object({
    ...answerHeaders,
    'Content-Encoding': Type.Optional(Type.Literal('zstd')),
    Vary: Type.Optional(Type.Literal('Accept-Encoding')),
  }),
  head: logFile.head,
} as const
