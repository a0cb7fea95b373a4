import { describeFrameCatalog } from '../conformance/describe-frame-catalog.ts'
import { describeFrameUpkeep } from '../conformance/describe-frame-upkeep.ts'
import { memoryFrameCatalog } from './memory-frame-catalog.ts'

describeFrameCatalog('memory', use => use(memoryFrameCatalog()))
describeFrameUpkeep('memory', use => use(memoryFrameCatalog()))
