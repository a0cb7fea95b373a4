/** The default algorithm of signatures in official clients. */
export const SDK_HMAC_SHA256 = 'SDK-HMAC-SHA256'

/** The algorithm of signatures with a key that is derived for one day, region and service. */
export const V11_HMAC_SHA256 = 'V11-HMAC-SHA256'

/** The fields of the Authorization header of a signature. */
export interface SignatureClaim {
  readonly accessKey: string
  /** As listed, in the listed order. */
  readonly signedHeaders: readonly string[]
  /** 64 hexadecimal digits in lower case. */
  readonly signature: string
  /** What the signing key was derived for, `YYYYMMDD/REGION/SERVICE`. Only with V11-HMAC-SHA256. */
  readonly derivedFor?: string
}

/** The header of a SDK-HMAC-SHA256 signature. */
export function formatAuthorization({ accessKey, signedHeaders, signature }: SignatureClaim): string {
  return `${SDK_HMAC_SHA256} Access=${accessKey}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
}

/** More than any client signs. Each one costs time when a signature is checked. */
const SIGNED_HEADERS_MAX = 64

/**
 * Parses an Authorization header. Undefined if it has another algorithm or is malformed. The spaces
 * after commas are optional.
 */
export function parseAuthorization(header: string): SignatureClaim | undefined {
  const [, algorithm, rest = ''] = /^(SDK-HMAC-SHA256|V11-HMAC-SHA256) (.*)$/.exec(header.trim()) ?? []
  const fields = rest.split(',').map(field => field.trim())
  if (algorithm === undefined || fields.length !== 3) return undefined
  const key = algorithm === V11_HMAC_SHA256 ? credentialKey(fields) : plainKey(fields)
  const signedHeaders = fieldValue(fields, 'SignedHeaders')
  const signature = fieldValue(fields, 'Signature')
  if (key === undefined || !signedHeaders || signature === undefined || !/^[0-9a-f]{64}$/.test(signature))
    return undefined
  const names = signedHeaders.split(';')
  if (names.length > SIGNED_HEADERS_MAX || new Set(names).size < names.length) return undefined
  return { ...key, signedHeaders: names, signature }
}

function plainKey(fields: readonly string[]): Pick<SignatureClaim, 'accessKey'> | undefined {
  const accessKey = fieldValue(fields, 'Access')
  return accessKey ? { accessKey } : undefined
}

function credentialKey(fields: readonly string[]) {
  const credential = /^([^/]+)\/([0-9]{8}\/[^/]+\/[^/]+)$/.exec(fieldValue(fields, 'Credential') ?? '')
  return credential === null ? undefined : { accessKey: credential[1]!, derivedFor: credential[2]! }
}

function fieldValue(fields: readonly string[], name: string): string | undefined {
  return fields.find(field => field.startsWith(`${name}=`))?.slice(name.length + 1)
}
