/** What a client is constructed with; callers in plain JavaScript may leave out anything. */
import type { Credentials } from './credentials.ts'

const KINDS = [['token'], ['user', 'password', 'domain', 'project'], ['accessKey', 'secretKey']] as const

/** Throws a `TypeError` for an address that is missing or not valid. */
export function checkAddresses({
  url,
  identityUrl,
}: {
  readonly url: unknown
  readonly identityUrl?: unknown
}): void {
  checkUrl('url', url)
  if (identityUrl !== undefined) checkUrl('identityUrl', identityUrl)
}

/** Throws a `TypeError` that names the first part of the credentials that is missing or empty. */
export function checkCredentials(credentials: Credentials): void {
  const given: { readonly [name: string]: unknown } = { ...credentials }
  const kind = KINDS.find(names => names.some(name => name in given))
  if (kind === undefined)
    throw new TypeError(
      'credentials are missing: { accessKey, secretKey }, { token } or { user, password, domain, project }',
    )
  for (const name of kind) checkText(name, given[name])
}

function checkUrl(name: string, value: unknown): void {
  checkText(name, value)
  const url = URL.parse(String(value))
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new TypeError(`${name} is not a valid http or https address: ${value}`)
}

function checkText(name: string, value: unknown): void {
  if (value === undefined || value === null || value === '') throw new TypeError(`${name} is missing`)
  if (typeof value !== 'string') throw new TypeError(`${name} is not a string`)
}
