import Type from 'typebox'

/**
 * What streams of server-sent events share. 204: the stream has ended and the client has seen all
 * of it.
 */
export const eventStream = {
  media: 'text/event-stream',
  statuses: [200, 204],
  answerHeaders: Type.Object({
    'Cache-Control': Type.Optional(Type.Literal('no-store')),
    'X-Accel-Buffering': Type.Optional(Type.Literal('no')),
  }),
} as const

/** What a client sends to resume a stream (WHATWG HTML, 9.2.4). */
export const resumedAfter = (description: string) =>
  Type.Object({ 'Last-Event-ID': Type.Optional(Type.String({ description })) })
