import { describeStepLogs } from '../conformance/describe-step-logs.ts'
import { memoryBuildCatalog } from './memory-build-catalog.ts'
import { memoryStepLogs } from './memory-step-logs.ts'

describeStepLogs('memory', use => {
  const catalog = memoryBuildCatalog()
  return use(memoryStepLogs(catalog), catalog)
})
