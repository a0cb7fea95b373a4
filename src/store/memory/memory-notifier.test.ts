import { describeNotifier } from '../conformance/describe-notifier.ts'
import { createMemoryNotifier } from './memory-notifier.ts'

describeNotifier('memory', async () => {
  const notifier = createMemoryNotifier()
  return { notifier, listening: () => notifier.listening, async [Symbol.asyncDispose]() {} }
})
