import Type from 'typebox'

/**
 * The state of a build or stage, in CodeArts Build's words if it has them
 * (docs/decisions/0003-how-look-ups-answer.md).
 */
export const status = Type.Enum(['SUCCESS', 'FAILURE', 'ABORTED', 'RUNNING', 'WAITING', 'UNKNOWN'])
export type Status = Type.Static<typeof status>

/**
 * The numbers of these states. 5 and 8 are CodeArts Build's; Tailrace chose the others
 * (docs/decisions/0003-how-look-ups-answer.md).
 */
export const STATUS_CODES: Readonly<Record<Status, number>> = {
  UNKNOWN: 0,
  WAITING: 1,
  RUNNING: 2,
  SUCCESS: 5,
  FAILURE: 6,
  ABORTED: 8,
}

/** `2024-09-24T03:18:49.000+00:00` */
export const time = Type.String({ description: 'ISO 8601 with milliseconds, UTC as +00:00.' })

/** Milliseconds, at most 2^31-1, which is what SDKs can decode. Longer times are cut to that. */
export const durationMs = Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })
