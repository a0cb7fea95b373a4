/**
 * Who may use an operation; every route states it. `open`: everybody, without credentials. `user`: any user, for whatever scope. `member`: any user of this server's own with a role in the
 * project, `own-admin`: with the role admin. `read`: who can read some build. `write`: who can write to some build, or holds the upload token of the record in the path. `metrics`: admins, and who holds the metrics token. Whether this very build is allowed is decided once it is found.
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

/** The same for the readers of the API document. */
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
