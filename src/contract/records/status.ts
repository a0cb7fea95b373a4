import Type from 'typebox'

/** How a build or stage stands, in the words of the API family where it has them (docs/decisions/0003). */
export const status = Type.Enum(['SUCCESS', 'FAILURE', 'ABORTED', 'RUNNING', 'WAITING', 'UNKNOWN'])
export type Status = Type.Static<typeof status>

/** The numbers for these words. 5 and 8 are the family's; the others are Tailrace's own choice (docs/decisions/0003). */
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

/** Milliseconds, as SDKs decode them: at most 2^31-1, longer times are cut to that. */
export const durationMs = Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })
