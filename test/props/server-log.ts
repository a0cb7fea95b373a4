import assert from 'node:assert/strict'

/** One line of a server's own log. */
export interface LogLine {
  readonly level: number
  readonly msg?: string
  readonly reqId?: string
  readonly record_id?: string
  readonly job_id?: string
  readonly err?: { readonly stack?: string; readonly detail?: { readonly frame?: { readonly pack: string } } }
}

/** The lines of a server's stderr; each must be an object of JSON. */
export function logLines(stderr: string): readonly LogLine[] {
  return stderr
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      assert.match(line, /^\{.*\}$/, `no JSON in the server's log: ${line.slice(0, 300)}`)
      return JSON.parse(line)
    })
}

/**
 * The server's log is JSON and holds none of these texts, whole or as JSON or a URL would write
 * them.
 */
export function assertKeepsSecret(stderr: string, secrets: readonly string[]): void {
  logLines(stderr)
  for (const secret of secrets) {
    assert.ok(secret.length >= 8, 'a short text can occur anywhere')
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
      assert.ok(!stderr.includes(form), `the server's log holds ${secret}: ${lineWith(stderr, form)}`)
  }
}

function lineWith(stderr: string, text: string): string {
  return (
    stderr
      .split('\n')
      .find(line => line.includes(text))
      ?.slice(0, 1000) ?? ''
  )
}
