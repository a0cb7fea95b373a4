import Type from 'typebox'

/** What answers of server-sent events have in common. 204: it has ended, and the client has seen all. */
export const eventStream = {
  media: 'text/event-stream',
  statuses: [200, 204],
  answerHeaders: Type.Object({
    'Cache-Control': Type.Optional(Type.Literal('no-store')),
    'X-Accel-Buffering': Type.Optional(Type.Literal('no')),
  }),
} as const

/** What a client that comes back sends (WHATWG HTML, 9.2.4). */
export const resumedAfter = (description: string) =>
  Type.Object({ 'Last-Event-ID': Type.Optional(Type.String({ description })) })
