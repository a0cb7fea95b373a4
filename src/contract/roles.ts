/**
 * A reader reads every log. A runner creates builds, and writes and reads the builds it created. An
 * admin can do everything in the project.
 */
export const ROLES = ['reader', 'runner', 'admin'] as const

export type Role = (typeof ROLES)[number]
