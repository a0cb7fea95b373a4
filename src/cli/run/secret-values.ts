type Environment = Readonly<Record<string, string | undefined>>

/** Names of variables that hold secrets, as words of the name or at its end; PWD and the like are no secrets. */
const SECRET_NAME =
  /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SIGNING_?KEY|ENCRYPTION_?KEY|CREDENTIAL|CONNECTION_STRING|(^|_)(PASS|PAT|SK)$/i
/** The password of a URL: `scheme://user:password@host`. */
const URL_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/@:]*:([^/@]+)@/i

/** The values to mask in the log: of variables whose names look secret, of those that `named` lists, and passwords in URLs. */
export function secretValues(env: Environment, named: readonly string[]): string[] {
  const values = Object.entries(env).flatMap(([name, value = '']) => {
    if (named.includes(name) || SECRET_NAME.test(name)) return [value]
    const password = URL_PASSWORD.exec(value)?.[1]
    return password === undefined ? [] : [password, percentDecoded(password)]
  })
  return [...new Set(values)]
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
