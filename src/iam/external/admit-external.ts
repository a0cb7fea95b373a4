import { PROJECT_ID_PATTERN } from '../../contract/ids.ts'
import { ROLES, type Role } from '../../contract/roles.ts'
import type { Principal } from '../../core/access/principal.ts'
import type { KeystoneToken } from './keystone-token.ts'

/** What the answers of an external IAM count for here. */
export interface ExternalRules {
  readonly url: string
  /** Ids of projects, or of domains for all their projects; `*` for all. */
  readonly projects: readonly string[]
  /**
   * The names of its roles that stand for each of ours. Case does not matter, as in Keystone's own
   * policies.
   */
  readonly roles: Readonly<Record<Role, readonly string[]>>
}

/**
 * The access of a token of the external IAM. Without `principal` it has no project, or
 * `accessDenial` says why it gets none.
 */
export interface Admission {
  readonly roles: ReadonlySet<Role>
  readonly principal?: Principal
  /** Why a token for a project gives no access here, for its holder. */
  readonly accessDenial?: string
}

/** Projects of the server's own store, for which `isOwn` is true, are closed to external users. */
export async function admitExternal(
  rules: ExternalRules,
  { user, project, roleNames }: Pick<KeystoneToken, 'user' | 'project' | 'roleNames'>,
  isOwn: (projectId: string) => Promise<boolean>,
): Promise<Admission> {
  if (project === undefined) return { roles: NO_ROLES }
  const served = [project.id, project.domain.id, '*'].some(id => rules.projects.includes(id))
  if (!served || !PROJECT.test(project.id) || (await isOwn(project.id)))
    return { roles: NO_ROLES, accessDenial: `Project ${project.id} of the IAM is not served here.` }
  const roles = rolesOf(rules, roleNames)
  if (roles.size === 0)
    return { roles, accessDenial: `No role that the IAM gives you in project ${project.id} counts here.` }
  const principal = { projectId: project.id, userId: user.id, userName: user.name, roles, iamUrl: rules.url }
  return { roles, principal }
}

const NO_ROLES: ReadonlySet<Role> = new Set()
const PROJECT = new RegExp(PROJECT_ID_PATTERN)

function rolesOf({ roles }: ExternalRules, roleNames: readonly string[]): ReadonlySet<Role> {
  const given = new Set(roleNames.map(name => name.toLowerCase()))
  return new Set(ROLES.filter(role => roles[role].some(name => given.has(name.toLowerCase()))))
}
