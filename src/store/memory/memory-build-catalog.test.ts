import { describeBuildCatalog } from '../conformance/describe-build-catalog.ts'
import { describeBuildHistory } from '../conformance/describe-build-history.ts'
import { describeBuildRemoval } from '../conformance/describe-build-removal.ts'
import { describeRetentionCatalog } from '../conformance/describe-retention-catalog.ts'
import { memoryBuildCatalog } from './memory-build-catalog.ts'

describeBuildCatalog('memory', use => use(memoryBuildCatalog()))
describeBuildHistory('memory', use => {
  const catalog = memoryBuildCatalog()
  return use(catalog.history, catalog)
})
describeBuildRemoval('memory', use => use(memoryBuildCatalog()))
describeRetentionCatalog('memory', use => {
  const catalog = memoryBuildCatalog()
  return use(catalog.retention, catalog)
})
