import Type from 'typebox'
import { ROLES } from './roles.ts'

export const role = Type.Enum([...ROLES], { description: 'reader, runner or admin.' })
