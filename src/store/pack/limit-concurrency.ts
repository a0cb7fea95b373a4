/** Runs a task as soon as fewer than the limit are under way; settles as the task does. */
export type Limited = <T>(task: () => Promise<T>) => Promise<T>

/** At most `max` tasks run at a time, in the order in which they were given. */
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
