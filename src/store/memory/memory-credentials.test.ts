import { describeCredentials } from '../conformance/describe-credentials.ts'
import { MemoryCredentials } from './memory-credentials.ts'

describeCredentials('memory', {
  async open() {
    return { stores: new MemoryCredentials(), [Symbol.asyncDispose]: async () => {} }
  },
})
