import Type, { type TSchema } from 'typebox'

/** A value, or null if there is none yet. */
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** A field of CodeArts Build that Tailrace does not know: always null, never invented. */
export const notKnown = Type.Null({ description: 'Always null: Tailrace does not know it.' })
