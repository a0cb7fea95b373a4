import type { Operation } from '../../src/contract/operation.ts'
import { buildProjectId } from './lookup.ts'
import { BOOTSTRAP } from './server-process.ts'
import {
  ADMIN,
  type BuildAnswer,
  type Headers,
  PROJECT_SCOPE,
  passwordRequest,
  TUS,
  UNKNOWN_JOB,
  UNKNOWN_RECORD,
} from './wire.ts'

/** What a request is about, whichever part of it an operation names. */
export interface Target {
  readonly build: BuildAnswer
  readonly user: string
  readonly accessKey: string
  /** The subject of requests about tokens. */
  readonly token: string
}

/** A target that is nowhere. */
export function nothingOf({ build }: Target): Target {
  const nowhere = { ...build, job_id: UNKNOWN_JOB, record_id: UNKNOWN_RECORD, project_id: '0'.repeat(32) }
  return { build: nowhere, user: 'nobody', accessKey: 'NOSUCHKEY0', token: 'no-such-token' }
}

export interface WellFormed {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly body: string | undefined
}

const PATH_PARAMETERS: Readonly<Record<string, (target: Target) => string>> = {
  record_id: ({ build }) => build.record_id,
  job_id: ({ build }) => build.job_id,
  build_project_id: ({ build }) => buildProjectId(build.job_id),
  project_id: ({ build }) => build.project_id,
  build_no: ({ build }) => String(build.build_no),
  build_number: ({ build }) => String(build.build_no),
  step_id: () => '1',
  name: ({ user }) => user,
  access_key: ({ accessKey }) => accessKey,
}

/** Where an operation's request is more than its path. */
interface More {
  readonly query?: string
  readonly headers?: Headers
  readonly body?: unknown
}

const PASSWORD = 'a-good-password-1'
let names = 0
const newName = () => `made-${++names}`
const task = 'task_name=stage1'
const numbered = ({ build }: Target) => `job_id=${build.job_id}&build_no=${build.build_no}`
const second = (at: number) => encodeURIComponent(new Date(at).toISOString().slice(0, 19).replace('T', ' '))
const today = () =>
  `start_time=${second(Date.now() - 86_400_000)}&end_time=${second(Date.now() + 86_400_000)}`
const subject = ({ token }: Target): More => ({ headers: { 'X-Subject-Token': token } })

const MORE: Readonly<Record<string, (target: Target) => More>> = {
  'add-steps': () => ({ body: { steps: [{ name: 'another', step_id: 2 }] } }),
  'append-log': () => ({ headers: { ...TUS, 'Upload-Offset': '0' }, body: 'one line\n' }),
  'change-user': () => ({ body: { password: PASSWORD, roles: ['reader'] } }),
  'create-build': ({ build }) => ({ body: { job_id: build.job_id } }),
  'create-key': ({ user }) => ({ body: { user } }),
  'create-project': () => ({ body: { name: newName() } }),
  'create-session': () => ({
    body: { user: ADMIN.name, password: ADMIN.password, project: BOOTSTRAP.project },
  }),
  'create-temporary-key': () => ({ body: { auth: { identity: { methods: ['token'] } } } }),
  'create-token': () => ({ body: passwordRequest(ADMIN, PROJECT_SCOPE) }),
  'create-user': () => ({ body: { name: newName(), password: PASSWORD, roles: ['reader'] } }),
  'describe-token': subject,
  'download-task-log': () => ({ query: task }),
  'download-task-log-v1': () => ({ query: task }),
  'finish-build': () => ({ body: { status: 'SUCCESS' } }),
  'finish-step': () => ({ body: { status: 'SUCCESS' } }),
  'list-build-info-records': () => ({ query: today() }),
  'list-build-info-records-v3': () => ({ query: today() }),
  'read-build-log': () => ({ query: 'size=10' }),
  'read-build-log-after-run': target => ({ query: numbered(target) }),
  'read-build-log-bytes': () => ({ query: 'offset=0' }),
  'read-step-log': target => ({
    query: `${numbered(target)}&step_id=1&start_offset=0&end_offset=0&size=10`,
  }),
  'read-step-log-after-run': target => ({ query: `${numbered(target)}&step_id=1` }),
  'revoke-token': subject,
  'search-log': () => ({ query: 'q=line' }),
  'set-retention': () => ({ body: { days: 7 } }),
}

/** A request of an operation that nothing is wrong with, for a caller who may do it. */
export function wellFormed({ name, method, path }: Operation, target: Target): WellFormed {
  const { query, headers = {}, body } = MORE[name]?.(target) ?? {}
  const filled = path.replaceAll(/:(\w+)/g, (_, parameter: string) => PATH_PARAMETERS[parameter]!(target))
  return {
    method,
    path: query === undefined ? filled : `${filled}?${query}`,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  }
}

/** A request of the operation that has no good part but its route. */
export function malformed({ method, path }: Operation): WellFormed {
  const body = /POST|PUT|PATCH/.test(method) ? '{' : undefined
  return {
    method,
    path: `${path.replaceAll(/:\w+/g, '-')}?size=-1&size=x`,
    headers: { 'Content-Type': 'application/json' },
    body,
  }
}
