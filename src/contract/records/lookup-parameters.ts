import Type from 'typebox'
import { BUILD_NO_TEXT, digits, jobIdParameter, recordIdParameter } from '../parameters.ts'

export const recordParams = Type.Object({ record_id: recordIdParameter })
export const jobParams = Type.Object({ job_id: jobIdParameter })
export const numberedBuildParams = Type.Object({
  job_id: jobIdParameter,
  build_no: digits(BUILD_NO_TEXT, '1'),
})

const DATE_TIME = 'As yyyy-MM-dd HH:mm:ss, UTC.'
/** A date and time in a query. Whether the day exists is checked when it is read. */
export const dateTime = (description: string) =>
  Type.String({
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$',
    description: `${description} ${DATE_TIME}`,
  })

export const pageParameters = {
  page_index: Type.Optional(digits('Page number, starting at 0. Default: 0.')),
  page_size: Type.Optional(digits('Entries per page, at most 100. 0 means 10. Default: 10.')),
}
