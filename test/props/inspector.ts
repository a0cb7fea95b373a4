/** A connection to the inspector of a Node process. */
export interface Inspector extends AsyncDisposable {
  /** Calls a method of the Chrome DevTools Protocol. Rejects with what the process answers. */
  call(method: string, params?: object): Promise<unknown>
}

interface Answer {
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** Connects to the process that printed `stderr`; it must have been started with `--inspect`. */
export async function openInspector(stderr: string): Promise<Inspector> {
  const url = /listening on (ws:\/\/\S+)/.exec(stderr)?.[1]
  if (url === undefined) throw new Error(`no inspector listens:\n${stderr}`)
  const socket = new WebSocket(url)
  const calls = new Map<number, PromiseWithResolvers<unknown>>()
  let lastId = 0
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as Answer
    const call = id === undefined ? undefined : calls.get(id)
    if (id !== undefined) calls.delete(id)
    if (error === undefined) call?.resolve(result)
    else call?.reject(new Error(error.message))
  })
  socket.addEventListener('close', () => {
    for (const { reject } of calls.values()) reject(new Error('the inspector closed the connection'))
    calls.clear()
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error(`cannot connect to ${url}`)))
  })
  return {
    call: (method, params = {}) => {
      const call = Promise.withResolvers<unknown>()
      calls.set(++lastId, call)
      socket.send(JSON.stringify({ id: lastId, method, params }))
      return call.promise
    },
    [Symbol.asyncDispose]: async () => {
      socket.close()
    },
  }
}
