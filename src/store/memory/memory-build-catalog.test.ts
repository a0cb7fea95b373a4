import { describeBuildCatalog } from '../conformance/describe-build-catalog.ts'
import { memoryBuildCatalog } from './memory-build-catalog.ts'

describeBuildCatalog('memory', use => use(memoryBuildCatalog()))
