import Type from 'typebox'
import { RECORD_ID_PATTERN } from '../../ids.ts'
import { operation } from '../../operation.ts'
import { digits } from '../../parameters.ts'
import { buildRecord } from '../../records/build-record.ts'
import { succeeded } from '../../records/envelope.ts'
import { dateTime } from '../../records/lookup-parameters.ts'

/** A value, or several by repeating the parameter. */
const filter = (what: string) =>
  Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String())], {
      description: `Only builds of these ${what}; Tailrace knows none, so there are none.`,
    }),
  )

/** The builds of a build project, that is of a job, the newest first (ListRecords). */
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
    page: Type.Optional(digits('Number of the page, from 0, the default.')),
    limit: Type.Optional(digits('Entries of a page, 1 to 100; 10 by default.')),
    triggers: filter('triggers'),
    branches: filter('branches'),
    tags: filter('tags'),
    from_date: Type.Optional(dateTime('Builds made from this second on.')),
    to_date: Type.Optional(dateTime('Builds made until the end of this second.')),
  }),
  answer: succeeded(
    Type.Object({
      pagination: Type.Object({ page: Type.Integer(), limit: Type.Integer(), total: Type.Integer() }),
      data: Type.Array(buildRecord),
    }),
  ),
})
