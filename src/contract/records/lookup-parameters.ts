import Type from 'typebox'
import { digits, jobIdParameter, recordIdParameter } from '../parameters.ts'

export const recordParams = Type.Object({ record_id: recordIdParameter })
export const jobParams = Type.Object({ job_id: jobIdParameter })
export const numberedBuildParams = Type.Object({
  job_id: jobIdParameter,
  build_no: digits('Run of the build task, 1, 2, …'),
})

const DATE_TIME = 'yyyy-MM-dd HH:mm:ss, UTC.'
/** The form of a date and time in queries; whether there is such a day is checked when it is read. */
export const dateTime = (description: string) =>
  Type.String({
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$',
    description: `${description} ${DATE_TIME}`,
  })

export const pageParameters = {
  page_index: Type.Optional(digits('Number of the page, from 0, the default.')),
  page_size: Type.Optional(digits('Entries of a page, at most 100; 0 means 10, the default.')),
}
