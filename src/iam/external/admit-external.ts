import { PROJECT_ID_PATTERN } from '../../contract/ids.ts'
import { ROLES, type Role } from '../../contract/roles.ts'
import type { Principal } from '../../core/access/principal.ts'
import type { KeystoneToken } from './keystone-token.ts'

/** What the word of an external IAM counts for here. */
export interface ExternalRules {
  readonly url: string
  /** Ids of projects, or of domains for all projects of theirs; `*` for all. */
  readonly projects: readonly string[]
  /** Names of its roles that stand for each of ours; case does not matter, as it does not to Keystone's own policies. */
  readonly roles: Readonly<Record<Role, readonly string[]>>
}

/** Who holds a token of the external IAM; without `principal` for no project, or with `refusal` for one that is not served. */
export interface Admission {
  readonly roles: ReadonlySet<Role>
  readonly principal?: Principal
  /** Why a token for a project opens nothing here, for its holder. */
  readonly refusal?: string
}

/** `isOwn` tells projects of the server's own store, which are closed to the users of others. */
export async function admitExternal(
  rules: ExternalRules,
  { user, project, roleNames }: Pick<KeystoneToken, 'user' | 'project' | 'roleNames'>,
  isOwn: (projectId: string) => Promise<boolean>,
): Promise<Admission> {
  if (project === undefined) return { roles: NO_ROLES }
  const served = [project.id, project.domain.id, '*'].some(id => rules.projects.includes(id))
  if (!served || !PROJECT.test(project.id) || (await isOwn(project.id)))
    return { roles: NO_ROLES, refusal: `Project ${project.id} of the IAM is not served here.` }
  const roles = rolesOf(rules, roleNames)
  if (roles.size === 0)
    return { roles, refusal: `No role that the IAM gives you in project ${project.id} counts here.` }
  const principal = { projectId: project.id, userId: user.id, userName: user.name, roles, iamUrl: rules.url }
  return { roles, principal }
}

const NO_ROLES: ReadonlySet<Role> = new Set()
const PROJECT = new RegExp(PROJECT_ID_PATTERN)

function rolesOf({ roles }: ExternalRules, roleNames: readonly string[]): ReadonlySet<Role> {
  const given = new Set(roleNames.map(name => name.toLowerCase()))
  return new Set(ROLES.filter(role => roles[role].some(name => given.has(name.toLowerCase()))))
}
