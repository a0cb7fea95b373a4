/** Runs a task as soon as fewer than the limit are running. Settles as the task does. */
export type Limited = <T>(task: () => Promise<T>) => Promise<T>

/** Runs at most `max` tasks at a time, in the order in which they were passed. */
export function limitConcurrency(max: number): Limited {
  let running = 0
  const waiting: (() => void)[] = []
  return async task => {
    if (running < max) running++
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
