/**
 * Who may call an operation:
 *
 * - `open`: anyone, without credentials.
 * - `user`: any user, whatever the scope of their token.
 * - `member`: one of this server's own users with any role in the project.
 * - `own-admin`: one of this server's own users with the role admin.
 * - `read`: anyone who can read at least one build of the project.
 * - `write`: anyone who can write to at least one build, or holds the upload token of the record in
 *   the path.
 * - `create-build`: runners and admins.
 * - `admin`: admins of the project.
 * - `metrics`: admins, and anyone who holds the metrics token.
 *
 * Rights to one build are checked by its use-case, after the build is found.
 */
export type Access =
  | 'open'
  | 'user'
  | 'member'
  | 'own-admin'
  | 'read'
  | 'write'
  | 'create-build'
  | 'admin'
  | 'metrics'

interface NeededRole {
  /** `none`, `any`, or the lowest role that suffices: reader, runner or admin. */
  readonly role: string
  readonly text: string
}

/** The same in the words of the API document. */
export const NEEDED_ROLES: Readonly<Record<Access, NeededRole>> = {
  open: { role: 'none', text: 'Open to everyone, without credentials.' },
  user: { role: 'any', text: 'For every user, with a token of any scope.' },
  member: { role: 'any', text: "For this server's own users with a role in the project." },
  'own-admin': { role: 'admin', text: "For this server's own users who are admins of the project." },
  read: {
    role: 'reader',
    text: 'For readers and admins. A runner reads the builds it created, an upload token its build.',
  },
  write: {
    role: 'runner',
    text: 'For admins, for the runner that created the build, and with the upload token of the build.',
  },
  'create-build': { role: 'runner', text: 'For runners and admins.' },
  admin: { role: 'admin', text: 'For admins of the project.' },
  metrics: { role: 'admin', text: 'For admins, and with the metrics token.' },
}
