/**
 * Who may call an operation:
 *
 * - `open`: anyone, without credentials.
 * - `user`: any user, whatever the scope of their token.
 * - `member`: one of this server's own users with any role in the project.
 * - `own-admin`: one of this server's own users with the role admin.
 * - `read`: anyone who can read at least one build of the project.
 * - `write`: anyone who can write to at least one build, or holds the upload token of the record in the path.
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
  /** `none`, `any`, or the least of reader, runner and admin. */
  readonly role: string
  readonly text: string
}

/** The same in the words of the API document. */
export const NEEDED_ROLES: Readonly<Record<Access, NeededRole>> = {
  open: { role: 'none', text: 'Open to everybody, without credentials of a project.' },
  user: { role: 'any', text: 'For any user, for whatever scope.' },
  member: { role: 'any', text: "For any user of this server's own with a role in the project." },
  'own-admin': { role: 'admin', text: "For admins of the project who are this server's own users." },
  read: {
    role: 'reader',
    text: 'For readers and admins; for a runner and the upload token of a build, what they made or are for.',
  },
  write: {
    role: 'runner',
    text: 'For the runner that made the build, for admins, and for the upload token of the build.',
  },
  'create-build': { role: 'runner', text: 'For runners and admins.' },
  admin: { role: 'admin', text: 'For admins of the project.' },
  metrics: { role: 'admin', text: 'For admins, and for who holds the metrics token.' },
}
