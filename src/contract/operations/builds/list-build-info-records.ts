import Type from 'typebox'
import { operation } from '../../operation.ts'
import { buildInfoRecord } from '../../records/build-info-record.ts'
import { succeeded } from '../../records/envelope.ts'
import { dateTime, jobParams, pageParameters } from '../../records/lookup-parameters.ts'

const query = Type.Object({
  start_time: dateTime('Builds created at or after this second.'),
  end_time: dateTime('Builds created until the end of this second, at most 31 days later.'),
  ...pageParameters,
})
const answer = succeeded(
  Type.Object({
    health_score: Type.Literal('', { description: 'Always empty: Tailrace does not know it.' }),
    page_index: Type.String(),
    total_page: Type.String(),
    total_record: Type.String(),
    job_build_states: Type.Array(buildInfoRecord),
  }),
)

/**
 * Lists the builds of a job that were created in a span of time, newest first (CodeArts Build:
 * ListBuildInfoRecordByJobId).
 */
export const listBuildInfoRecords = operation({
  name: 'list-build-info-records',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v1/record/:job_id/list',
  summary: 'List the builds of a job in a span of time',
  params: jobParams,
  query,
  answer,
})

/** The same under its older path (CodeArts Build: ListBuildInfoRecord). */
export const listBuildInfoRecordsV3 = operation({
  name: 'list-build-info-records-v3',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v3/jobs/:job_id/build-info-records',
  summary: 'List the builds of a job in a span of time (v3)',
  params: jobParams,
  query,
  answer,
})
