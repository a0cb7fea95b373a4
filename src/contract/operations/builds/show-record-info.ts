import Type from 'typebox'
import { operation } from '../../operation.ts'
import { succeeded } from '../../records/envelope.ts'
import { numberedBuildParams } from '../../records/lookup-parameters.ts'
import { recordInfo } from '../../records/record-info.ts'

/**
 * Shows a build by job and number, which is how clients find its record_id (CodeArts Build:
 * ShowJobBuildRecordDetail).
 */
export const showRecordInfo = operation({
  name: 'show-record-info',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v1/record/:job_id/:build_no/record-info',
  summary: 'Show the record of a build',
  description: 'Finds the record_id of a build whose job_id and build_no you know.',
  params: numberedBuildParams,
  answer: succeeded(recordInfo),
})

/** The same under its older path (CodeArts Build: ShowRecordDetail). */
export const showRecordInfoV4 = operation({
  name: 'show-record-info-v4',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v4/jobs/:job_id/:build_no/record-info',
  summary: 'Show the record of a build (v4)',
  params: numberedBuildParams,
  answer: succeeded(recordInfo),
})

/** The same in the oldest envelope (CodeArts Build: ShowRecordInfo). */
export const showRecordInfoV3 = operation({
  name: 'show-record-info-v3',
  topic: 'builds',
  access: 'read',
  method: 'GET',
  path: '/v3/jobs/:job_id/:build_no/record-info',
  summary: 'Show the record of a build (v3)',
  params: numberedBuildParams,
  answer: Type.Object({
    result: Type.Interface([recordInfo], {
      buildRecordId: Type.String({
        description: 'The same as build_record_id, for clients that read this name.',
      }),
    }),
    success: Type.Literal(true),
    message: Type.Null(),
    err_code: Type.Null(),
  }),
})

export type ShowRecordInfoAnswer = Type.Static<typeof showRecordInfo.answer>
