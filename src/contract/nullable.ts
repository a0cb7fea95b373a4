import Type, { type TSchema } from 'typebox'

/** A value, or null where there is none yet. */
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** A field of the API family of which Tailrace knows nothing: null, never made up. */
export const notKnown = Type.Null({ description: 'Not known to Tailrace.' })
