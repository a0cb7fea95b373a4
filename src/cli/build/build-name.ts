import { JOB_ID_PATTERN, UUID_PATTERN } from '../../contract/ids.ts'
import { UsageError } from '../command-line/command.ts'

/** The ways to name a build. */
export type BuildName =
  | { readonly recordId: string; readonly step?: string }
  | { readonly job: string; readonly buildNo?: number; readonly step?: string }

const ANY_UUID = new RegExp(UUID_PATTERN.replace(/^\^|\$$/g, ''), 'i')
const JOB_ID = new RegExp(JOB_ID_PATTERN)

/**
 * Reads BUILD. Throws `UsageError` for the URL of another server than `serverUrl`, or not of a
 * build.
 */
export function parseBuildName(text: string, serverUrl: string): BuildName {
  if (/^https?:\/\//i.test(text)) return parseBuildUrl(text, serverUrl)
  if (new RegExp(UUID_PATTERN, 'i').test(text)) return { recordId: text.toLowerCase() }
  const [, job, buildNo] = /^(.+)#([1-9][0-9]{0,9})$/s.exec(text) ?? []
  if (job !== undefined && buildNo !== undefined) return { job, buildNo: Number(buildNo) }
  if (text === '') throw new UsageError('BUILD is empty')
  return { job: text }
}

export function isJobId(text: string): boolean {
  return JOB_ID.test(text)
}

function parseBuildUrl(text: string, serverUrl: string): BuildName {
  const url = URL.parse(text)
  if (url === null || url.origin !== new URL(serverUrl).origin)
    throw new UsageError(`${text} is on another server than ${serverUrl}; select its login with --profile`)
  const inside = `${url.pathname}${url.search}${url.hash}`
  const [, stepId] = /(?:\/steps\/|[?&#/]step_id=|stage)([0-9]+)/.exec(inside) ?? []
  const step = stepId === undefined ? {} : { step: stepId }
  const recordId = ANY_UUID.exec(inside)?.[0]
  if (recordId !== undefined) return { recordId: recordId.toLowerCase(), ...step }
  const job = url.searchParams.get('job_id')
  const buildNo = Number(url.searchParams.get('build_no'))
  if (job !== null) return { job, ...(buildNo > 0 && { buildNo }), ...step }
  throw new UsageError(`${text} is not the URL of a build or log`)
}
