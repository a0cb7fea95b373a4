import Type, { type TSchema } from 'typebox'

/** The envelope of CodeArts Build's v1 answers. */
export const succeeded = <T extends TSchema>(result: T) =>
  Type.Object({ result, error: Type.Null(), status: Type.Literal('success') })
