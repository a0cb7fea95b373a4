/** How the declarations of commands describe BUILD and STEP. */
import type { Argument } from '../command-line/command.ts'

export const BUILD_FORMS = 'a record id, JOB#NUMBER, JOB for its latest build, or the URL of a build or log'

export const BUILD = {
  name: 'BUILD',
  help: `The build: ${BUILD_FORMS}. JOB is a job's name or id.`,
} as const satisfies Argument

export const STEP = {
  name: 'STEP',
  optional: true,
  help: 'The step: its number, "stage" and its number, or its name.',
} as const satisfies Argument
