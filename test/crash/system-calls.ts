/**
 * One system call of a trace: `begin` and `end` are the numbers of the lines on which it is seen to
 * begin and to end.
 */
export interface SystemCall {
  readonly name: string
  readonly begin: number
  readonly end: number
  /** The first argument, a descriptor, as the path or socket that it refers to. */
  readonly file: string
  /** All arguments as strace prints them. */
  readonly text: string
  readonly failed: boolean
}

const CALL = /^(?<pid>\d+) +(?<name>\w+)\((?<text>\d+<.*)$/
const RESUMED = /^(?<pid>\d+) +<\.\.\. (?<name>\w+) resumed>(?<text>.*)$/
const UNFINISHED = / ?<unfinished \.\.\.>$/

/**
 * Reads what `strace -f -y -o FILE` wrote. A call that ended on a later line than it began, because
 * other threads ran in between, is joined again; a call that never ended is left out.
 */
export function readTrace(trace: string): SystemCall[] {
  const calls: SystemCall[] = []
  const open = new Map<string, { readonly name: string; readonly begin: number; readonly text: string }>()
  for (const [line, content] of trace.split('\n').entries()) {
    const { groups } = CALL.exec(content) ?? RESUMED.exec(content) ?? {}
    if (groups === undefined) continue
    const key = `${groups.pid} ${groups.name}`
    const begun = open.get(key) ?? { name: groups.name!, begin: line, text: '' }
    const text = begun.text + groups.text!.replace(UNFINISHED, '')
    if (UNFINISHED.test(content)) open.set(key, { ...begun, text })
    else {
      open.delete(key)
      calls.push({
        ...begun,
        text,
        end: line,
        file: /^\d+<([^>]*)>/.exec(text)?.[1] ?? '',
        failed: / = -1 /.test(text),
      })
    }
  }
  return calls
}

export interface Acknowledgement {
  /** Stands in the appended bytes, and nowhere else. */
  readonly mark: string
  /** The head that its 204 names, and no other 204. */
  readonly head: number
}

/**
 * Why an acknowledgement is not proven durable by the trace; undefined when it is: its bytes were
 * written to a file of the journal, then an fdatasync of that file began and ended, and only then
 * the 204 was sent.
 */
export function whyNotDurable(
  calls: readonly SystemCall[],
  journal: string,
  { mark, head }: Acknowledgement,
): string | undefined {
  const reply = calls.find(({ file, text }) =>
    file.startsWith('socket:') || file.startsWith('TCP:') ? answers(text, head) : false,
  )
  if (reply === undefined) return `no 204 with head ${head} was seen`
  const written = calls.filter(
    ({ file, text, failed }) => !failed && file.startsWith(journal) && text.includes(mark),
  )
  if (written.length === 0) return `${mark} was not seen on its way to ${journal}`
  const covered = written.some(write =>
    calls.some(
      ({ name, file, failed, begin, end }) =>
        name === 'fdatasync' && !failed && file === write.file && begin > write.end && end < reply.begin,
    ),
  )
  return covered ? undefined : `no fdatasync between the write of ${mark} and its 204`
}

function answers(text: string, head: number): boolean {
  return text.includes('HTTP/1.1 204') && new RegExp(`upload-offset: ${head}\\\\r`, 'i').test(text)
}
