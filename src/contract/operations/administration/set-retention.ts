import Type from 'typebox'
import { operation } from '../../operation.ts'
import { jobIdParameter } from '../../parameters.ts'

const days = Type.Union([Type.Integer({ minimum: 0, maximum: 36_500 }), Type.Null()], {
  description: 'Builds older than this are deleted. 0: never. null: the setting of the server applies.',
})
const gib = Type.Union([Type.Number({ minimum: 0, maximum: 1_000_000 }), Type.Null()], {
  description:
    'The oldest builds are deleted while the logs of the job exceed this many GiB; the newest finished build always stays. Fractions are allowed. 0: no limit. null: the setting of the server applies.',
})

/** Sets how long and how much of a job is kept, instead of the server's setting. For admins. */
export const setRetention = operation({
  name: 'set-retention',
  topic: 'administration',
  access: 'admin',
  method: 'PUT',
  path: '/api/v1/jobs/:job_id/retention',
  summary: 'Set the retention of a job',
  description: 'Overrides the setting of the server for this job.',
  params: Type.Object({ job_id: jobIdParameter }),
  body: Type.Object({ days: Type.Optional(days), gib: Type.Optional(gib) }),
  answer: Type.Object({ job_id: Type.String(), days, gib }),
})

export type SetRetentionParams = Type.Static<typeof setRetention.params>
export type SetRetentionBody = Type.Static<typeof setRetention.body>
export type SetRetentionAnswer = Type.Static<typeof setRetention.answer>
