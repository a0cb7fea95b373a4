import type { Kysely } from 'kysely'
import type { BuildCatalog, StepCensus } from '../../../core/ports/build-catalog.ts'
import { reportFailures } from '../report-failures.ts'
import type { Tables } from '../tables.ts'
import { stepAdder } from './add-steps.ts'
import { stepChanger } from './change-step.ts'
import { buildCreator } from './create-build.ts'
import { buildFinder } from './find-build.ts'
import { stepFinder } from './find-step.ts'
import { buildFinisher } from './finish-build.ts'
import { stepInserter } from './insert-steps.ts'
import { stepCensus } from './step-census.ts'

/**
 * Implements BuildCatalog and StepCensus on an SQL database, for any number of callers at once. The
 * database's owner closes it.
 */
export function sqlBuildCatalog(db: Kysely<Tables>): BuildCatalog & StepCensus {
  const findBuild = buildFinder(db)
  const insertSteps = stepInserter(db)
  const createBuild = buildCreator(db, findBuild, insertSteps)
  const addSteps = stepAdder(db, insertSteps)
  const { findStep, listSteps } = stepFinder(db)
  const changeStep = stepChanger(db)
  const finishBuild = buildFinisher(db, findBuild)
  const { statesOf, runningLogs, openBuilds, lastLog } = stepCensus(db)
  return {
    createBuild: (...wanted) => reportFailures(() => createBuild(...wanted)),
    addSteps: (...wanted) => reportFailures(() => addSteps(...wanted)),
    findBuild: (...wanted) => reportFailures(() => findBuild(db, ...wanted)),
    findStep: (...wanted) => reportFailures(() => findStep(...wanted)),
    listSteps: (...wanted) => reportFailures(() => listSteps(...wanted)),
    changeStep: (...wanted) => reportFailures(() => changeStep(...wanted)),
    finishBuild: (...wanted) => reportFailures(() => finishBuild(...wanted)),
    statesOf: (...wanted) => reportFailures(() => statesOf(...wanted)),
    runningLogs: (...wanted) => reportFailures(() => runningLogs(...wanted)),
    openBuilds: (...wanted) => reportFailures(() => openBuilds(...wanted)),
    lastLog: () => reportFailures(lastLog),
  }
}
