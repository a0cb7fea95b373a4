import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A command on a terminal of its own, by script(1). */
export interface OnTerminal {
  /** Resolves when the terminal was sent this text, a text after an earlier one. */
  said(text: string): Promise<void>
  type(text: string): void
  /** The exit code, and every byte that the terminal was sent. */
  readonly ended: Promise<{ readonly code: number | null; readonly seen: string }>
}

export function onTerminal(command: readonly string[], env: NodeJS.ProcessEnv): OnTerminal {
  const line = command.map(word => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    env: { TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let seen = ''
  let looked = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text))
  child.stdin.on('error', () => {})
  return {
    async said(text) {
      while (!seen.includes(text, looked)) {
        if (child.stdout.closed) throw new Error(`the terminal never saw "${text}": ${JSON.stringify(seen)}`)
        const heard = new AbortController()
        const { signal } = heard
        await Promise.race([once(child.stdout, 'data', { signal }), once(child.stdout, 'close', { signal })])
        heard.abort()
      }
      looked = seen.indexOf(text, looked) + text.length
    },
    type: text => void child.stdin.write(text),
    ended: once(child, 'close').then(([code]) => ({ code, seen })),
  }
}
