import { describeFrameCatalog } from '../conformance/describe-frame-catalog.ts'
import { memoryFrameCatalog } from './memory-frame-catalog.ts'

describeFrameCatalog('memory', use => use(memoryFrameCatalog()))
