type Environment = Readonly<Record<string, string | undefined>>

/** The environment of the command: without any TAILRACE_ variable, as these hold the runner's credentials, but for the id of the record, which is no secret. */
export function childEnvironment(env: Environment, recordId: string): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('TAILRACE_'),
  )
  return { ...Object.fromEntries(kept), TAILRACE_RECORD_ID: recordId }
}
