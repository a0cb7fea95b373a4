import Type, { type TSchema } from 'typebox'

/** How the v1 look-ups of the API family wrap what they found. */
export const succeeded = <T extends TSchema>(result: T) =>
  Type.Object({ result, error: Type.Null(), status: Type.Literal('success') })
