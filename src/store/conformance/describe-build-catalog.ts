import { describe, test } from 'node:test'
import { BUILDS, ISOLATION } from './build-creation-spec.ts'
import type { Catalog } from './build-drafts.ts'
import { CENSUS, STATES, STEPS } from './build-steps-spec.ts'

/**
 * How the suite gets a catalog: `use` gets an empty one, which is closed and removed afterwards.
 */
export type WithBuildCatalog = (use: (catalog: Catalog) => Promise<void>) => Promise<void>

/** The promises of BuildCatalog and StepCensus, which every implementation keeps. */
export function describeBuildCatalog(name: string, withCatalog: WithBuildCatalog): void {
  describe(`BuildCatalog and StepCensus: ${name}`, () => {
    for (const [title, run] of Object.entries({ ...BUILDS, ...ISOLATION, ...STEPS, ...STATES, ...CENSUS }))
      test(title, () => withCatalog(run))
  })
}
