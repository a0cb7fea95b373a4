/** reader: reads. runner: creates builds, and writes and reads those it made. admin: everything in the project. */
export const ROLES = ['reader', 'runner', 'admin'] as const

export type Role = (typeof ROLES)[number]
