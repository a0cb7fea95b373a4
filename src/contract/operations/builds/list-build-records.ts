import Type from 'typebox'
import { RECORD_ID_PATTERN } from '../../ids.ts'
import { operation } from '../../operation.ts'
import { digits } from '../../parameters.ts'
import { buildRecord } from '../../records/build-record.ts'
import { succeeded } from '../../records/envelope.ts'
import { dateTime } from '../../records/lookup-parameters.ts'

/** One value, or several by repeating the parameter. */
const filter = (what: string) =>
  Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String())], {
      description: `Only builds with these ${what}. Tailrace does not know them, so none match.`,
    }),
  )

/**
 * Lists the builds of a build project, which is a job, newest first (CodeArts Build: ListRecords).
 */
export const listBuildRecords = operation({
  name: 'list-build-records',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v1/record/:build_project_id/records',
  summary: 'List the builds of a build project',
  params: Type.Object({
    build_project_id: Type.String({
      pattern: RECORD_ID_PATTERN,
      description: 'The job_id with hyphens, in the form of a UUID.',
    }),
  }),
  query: Type.Object({
    page: Type.Optional(digits('Page number, starting at 0. Default: 0.')),
    limit: Type.Optional(digits('Entries per page, 1 to 100. Default: 10.')),
    triggers: filter('triggers'),
    branches: filter('branches'),
    tags: filter('tags'),
    from_date: Type.Optional(dateTime('Builds created at or after this second.')),
    to_date: Type.Optional(dateTime('Builds created until the end of this second.')),
  }),
  answer: succeeded(
    Type.Object({
      pagination: Type.Object({ page: Type.Integer(), limit: Type.Integer(), total: Type.Integer() }),
      data: Type.Array(buildRecord),
    }),
  ),
})
