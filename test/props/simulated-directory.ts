import type { PackDirectory, ReadableFile, WritableFile } from '../../src/store/local/packs/files.ts'

/** One call, as faults see it. */
export interface Call {
  readonly name:
    | 'list'
    | 'size'
    | 'create'
    | 'openToWrite'
    | 'openToRead'
    | 'remove'
    | 'sync'
    | 'read'
    | 'write'
    | 'truncate'
    | 'datasync'
  /** The file; '' for calls on the directory. */
  readonly file: string
  /** 1, 2, ... since the directory was made. */
  readonly nth: number
}

/** The code of the error with which a call fails; undefined lets it pass. */
export type Fault = (call: Call) => string | undefined

/** Numbers from 0 up to, not including, `below`. */
export type Choose = (below: number) => number

type Change = (content: Buffer) => Buffer

interface SimulatedFile {
  content: Buffer
  durable: Buffer
  /** What the next datasync makes durable. */
  unsynced: Change[]
}

export interface SimulatedDirectory extends PackDirectory {
  fault: Fault
  readonly calls: readonly Call[]
  /** Files that are open. */
  readonly handles: number
  /** What of a file survives any crash; undefined if its name does not. */
  durable(name: string): Buffer | undefined
  /** Changes what a file holds, durably. */
  replace(name: string, content: Buffer): void
  /**
   * The directory after a power cut: of changes that were not synced, any may be there, in part
   * too.
   */
  afterCrash(choose: Choose): SimulatedDirectory
}

/**
 * A directory in memory that behaves like a disk at its worst: what was not synced may be gone or
 * torn after a crash, a failed write stores a part, and what a failed datasync did not write
 * will never be written.
 */
export function createSimulatedDirectory(
  survivors: ReadonlyMap<string, Buffer> = new Map(),
): SimulatedDirectory {
  const files = new Map<string, SimulatedFile>()
  const durableNames = new Map<string, SimulatedFile>()
  const calls: Call[] = []
  let handles = 0
  for (const [name, content] of survivors) {
    const file = { content, durable: content, unsynced: [] }
    files.set(name, file)
    durableNames.set(name, file)
  }

  function called(name: Call['name'], file = ''): void {
    const call = { name, file, nth: calls.length + 1 }
    calls.push(call)
    const code = directory.fault(call)
    if (code !== undefined) throw systemError(code)
  }
  function find(name: string): SimulatedFile {
    const file = files.get(name)
    if (file === undefined) throw systemError('ENOENT')
    return file
  }
  function handle<T extends object>(methods: T): T & { close(): Promise<void> } {
    handles++
    let open = true
    return Object.assign(methods, {
      async close() {
        if (!open) throw systemError('EBADF')
        open = false
        handles--
      },
    })
  }
  const change = (file: SimulatedFile, made: Change) => {
    file.content = made(file.content)
    file.unsynced.push(made)
  }
  const writable = (name: string, file: SimulatedFile): WritableFile =>
    handle({
      async write(position: number, chunks: readonly Uint8Array[]) {
        const bytes = Buffer.concat(chunks)
        try {
          called('write', name)
        } catch (error) {
          change(file, put(position, bytes.subarray(0, bytes.length >> 1)))
          throw error
        }
        change(file, put(position, bytes))
      },
      async truncate(bytes: number) {
        called('truncate', name)
        change(file, content => content.subarray(0, bytes))
      },
      async datasync() {
        const reached = file.unsynced.splice(0)
        called('datasync', name)
        for (const made of reached) file.durable = made(file.durable)
      },
    })
  const readable = (name: string, file: SimulatedFile): ReadableFile =>
    handle({
      async read(position: number, length: number) {
        called('read', name)
        return Buffer.from(file.content.subarray(position, position + length))
      },
      async size() {
        called('size', name)
        return file.content.length
      },
    })

  const directory: SimulatedDirectory = {
    fault: () => undefined,
    calls,
    get handles() {
      return handles
    },
    durable: name => durableNames.get(name)?.durable,
    replace(name, content) {
      const file = find(name)
      file.content = content
      file.durable = content
    },
    afterCrash: choose => createSimulatedDirectory(whatSurvives(files, durableNames, choose)),
    async list() {
      called('list')
      return [...files.keys()]
    },
    async size(name) {
      called('size', name)
      return find(name).content.length
    },
    async create(name) {
      called('create', name)
      if (files.has(name)) throw systemError('EEXIST')
      const file = { content: Buffer.alloc(0), durable: Buffer.alloc(0), unsynced: [] }
      files.set(name, file)
      return writable(name, file)
    },
    async openToWrite(name) {
      called('openToWrite', name)
      return writable(name, find(name))
    },
    async openToRead(name) {
      called('openToRead', name)
      return readable(name, find(name))
    },
    async remove(name) {
      called('remove', name)
      find(name)
      files.delete(name)
    },
    async sync() {
      called('sync')
      durableNames.clear()
      for (const [name, file] of files) durableNames.set(name, file)
    },
  }
  return directory
}

function whatSurvives(
  files: ReadonlyMap<string, SimulatedFile>,
  durableNames: ReadonlyMap<string, SimulatedFile>,
  choose: Choose,
): Map<string, Buffer> {
  const survivors = new Map<string, Buffer>()
  for (const name of new Set([...files.keys(), ...durableNames.keys()])) {
    const certain = files.get(name) !== undefined && files.get(name) === durableNames.get(name)
    if (!certain && choose(2) === 0) continue
    const file = (durableNames.get(name) ?? files.get(name))!
    let content = file.durable
    for (const made of file.unsynced) if (choose(2) === 1) content = made(content)
    // Of the last change the end may be missing, or be there as zeros.
    const kept = file.durable.length + choose(Math.max(0, content.length - file.durable.length) + 1)
    const torn = content.subarray(0, kept)
    survivors.set(
      name,
      choose(3) === 0 ? Buffer.concat([torn, Buffer.alloc(content.length - torn.length)]) : torn,
    )
  }
  return survivors
}

function put(position: number, bytes: Buffer): Change {
  return content => {
    const result = Buffer.alloc(Math.max(content.length, position + bytes.length))
    content.copy(result)
    bytes.copy(result, position)
    return result
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code })
}
