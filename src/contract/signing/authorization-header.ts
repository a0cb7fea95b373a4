/** The algorithm of AK/SK signatures that official clients use unless told otherwise. */
export const SDK_HMAC_SHA256 = 'SDK-HMAC-SHA256'

/** The algorithm of those that sign with a key derived for one day, region and service (contract.md 5.3). */
export const V11_HMAC_SHA256 = 'V11-HMAC-SHA256'

/** What the Authorization header of a signature states. */
export interface SignatureClaim {
  readonly accessKey: string
  /** As listed, in the listed order. */
  readonly signedHeaders: readonly string[]
  /** 64 hexadecimal digits in lower case. */
  readonly signature: string
  /** What the signing key was derived for, `YYYYMMDD/REGION/SERVICE`: set for V11-HMAC-SHA256 only. */
  readonly derivedFor?: string
}

/** Of SDK-HMAC-SHA256. */
export function formatAuthorization({ accessKey, signedHeaders, signature }: SignatureClaim): string {
  return `${SDK_HMAC_SHA256} Access=${accessKey}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
}

/** More than any client signs; checking a signature costs time for each. */
const SIGNED_HEADERS_MAX = 64

/** The claim of an Authorization header; undefined when it is of another algorithm or not well-formed. Blanks after commas may be missing. */
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
