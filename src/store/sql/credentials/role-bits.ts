import type { Role } from '../../../contract/roles.ts'

const BITS: Readonly<Record<Role, number>> = { reader: 1, runner: 2, admin: 4 }
const ROLES = Object.keys(BITS) as readonly Role[]

export const ALL_ROLE_BITS = 7

/** A set of roles as one number: reader 1, runner 2, admin 4. */
export function roleBits(roles: ReadonlySet<Role>): number {
  return ROLES.reduce((bits, role) => bits | (roles.has(role) ? BITS[role] : 0), 0)
}

export function rolesOfBits(bits: number): ReadonlySet<Role> {
  return new Set(ROLES.filter(role => (bits & BITS[role]) !== 0))
}
