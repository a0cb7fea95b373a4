import type { Operation } from '../contract/operation.ts'
import {
  type ChangeUserAnswer,
  type ChangeUserBody,
  changeUser,
} from '../contract/operations/administration/change-user.ts'
import { type CreateKeyAnswer, createKey } from '../contract/operations/administration/create-key.ts'
import {
  type CreateProjectAnswer,
  createProject,
} from '../contract/operations/administration/create-project.ts'
import { createUser } from '../contract/operations/administration/create-user.ts'
import { deleteKey } from '../contract/operations/administration/delete-key.ts'
import { deleteUser } from '../contract/operations/administration/delete-user.ts'
import { type ListKeysAnswer, listKeys } from '../contract/operations/administration/list-keys.ts'
import { type ListProjectsAnswer, listProjects } from '../contract/operations/administration/list-projects.ts'
import {
  type ListUsersAnswer,
  listUsers,
  type UserAnswer,
} from '../contract/operations/administration/list-users.ts'
import type { Role } from '../contract/roles.ts'
import { HttpSender, type OutgoingRequest } from './http-sender.ts'
import { ServerUnreachable } from './server-unreachable.ts'
import type { ClientOptions } from './tailrace-client.ts'

export interface NewUser {
  readonly name: string
  readonly password: string
  /** Default: reader. */
  readonly roles?: readonly Role[] | undefined
}

/**
 * Manages projects, users and access keys (docs/api.md §6). Methods reject like those of
 * `TailraceClient`.
 */
export class AdministrationClient {
  readonly #sender: HttpSender

  constructor({ credentials, ...settings }: ClientOptions) {
    this.#sender = new HttpSender(settings, credentials)
  }

  async listProjects(): Promise<ListProjectsAnswer['projects']> {
    return (await this.#answer<ListProjectsAnswer>(listProjects)).projects
  }

  createProject(name: string): Promise<CreateProjectAnswer> {
    return this.#answer(createProject, { json: { name } })
  }

  async listUsers(): Promise<ListUsersAnswer['users']> {
    return (await this.#answer<ListUsersAnswer>(listUsers)).users
  }

  createUser(user: NewUser): Promise<UserAnswer> {
    return this.#answer(createUser, { json: user })
  }

  changeUser(name: string, change: ChangeUserBody): Promise<ChangeUserAnswer> {
    return this.#answer(changeUser, { params: { name }, json: change })
  }

  async deleteUser(name: string): Promise<void> {
    await this.#sender.send(deleteUser, { params: { name } })
  }

  async listKeys(): Promise<ListKeysAnswer['keys']> {
    return (await this.#answer<ListKeysAnswer>(listKeys)).keys
  }

  /** Creates an access key. Its secret key is returned only here. */
  createKey(user?: string): Promise<CreateKeyAnswer> {
    return this.#answer(createKey, { json: user === undefined ? {} : { user } })
  }

  async deleteKey(accessKey: string): Promise<void> {
    await this.#sender.send(deleteKey, { params: { access_key: accessKey } })
  }

  async #answer<T>(operation: Pick<Operation, 'method' | 'path'>, request?: OutgoingRequest): Promise<T> {
    const response = await this.#sender.send(operation, request)
    try {
      return (await response.json()) as T
    } catch (error) {
      throw new ServerUnreachable('the answer is not JSON: not this server?', { cause: error })
    }
  }
}
