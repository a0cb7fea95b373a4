import { assertAdmin, notAllowed, type Principal } from '../core/access/principal.ts'
import type { CredentialStores, Membership, Project } from '../core/ports/credentials.ts'
import type { KnownUser } from './callers.ts'
import { requireOwnUser } from './errors.ts'
import { requireName } from './names.ts'
import { newId } from './new-credentials.ts'

export interface ProjectAdministration {
  /** The caller's projects, with their roles in each. */
  listProjects(who: Principal): Promise<readonly Membership[]>

  /** A user's projects, with their roles in each. */
  projectsOf(user: KnownUser): Promise<readonly Membership[]>

  /**
   * Makes a project in the caller's domain, with the caller as its reader, runner and admin. For
   * admins. Rejects with `already-exists` when the name exists.
   */
  createProject(who: Principal, name: string): Promise<Project>
}

export function createProjectAdministration(stores: CredentialStores): ProjectAdministration {
  return {
    async listProjects(who) {
      if (who.onlyRecord !== undefined) throw notAllowed()
      return stores.membershipsOf(who.userId)
    },

    async projectsOf(user) {
      requireOwnUser(user)
      return stores.membershipsOf(user.id)
    },

    async createProject(who, name) {
      assertAdmin(who)
      const current = await stores.findProject({ id: who.projectId })
      if (current === undefined) throw notAllowed()
      const project = { id: newId(), name: requireName(name, 'name'), domain: current.domain }
      await stores.createProject(project, who.userId)
      return project
    },
  }
}
