import { describeFrameCatalog } from '../conformance/describe-frame-catalog.ts'
import { describeFrameMaintenance } from '../conformance/describe-frame-maintenance.ts'
import { memoryFrameCatalog } from './memory-frame-catalog.ts'

describeFrameCatalog('memory', use => use(memoryFrameCatalog()))
describeFrameMaintenance('memory', use => use(memoryFrameCatalog()))
