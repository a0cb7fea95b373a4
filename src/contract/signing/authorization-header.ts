/** The algorithm of AK/SK signatures that official clients use unless told otherwise. */
export const SDK_HMAC_SHA256 = 'SDK-HMAC-SHA256'

/** What an `Authorization: SDK-HMAC-SHA256 ...` header states. */
export interface SignatureClaim {
  readonly accessKey: string
  /** As listed, in the listed order. */
  readonly signedHeaders: readonly string[]
  /** 64 hexadecimal digits in lower case. */
  readonly signature: string
}

export function formatAuthorization({ accessKey, signedHeaders, signature }: SignatureClaim): string {
  return `${SDK_HMAC_SHA256} Access=${accessKey}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
}

/** The claim of an Authorization header; undefined when it is of another algorithm or not well-formed. Blanks after commas may be missing. */
export function parseAuthorization(header: string): SignatureClaim | undefined {
  const text = header.trim()
  if (!text.startsWith(`${SDK_HMAC_SHA256} `)) return undefined
  const fields = text
    .slice(SDK_HMAC_SHA256.length)
    .split(',')
    .map(field => field.trim())
  if (fields.length !== 3) return undefined
  const accessKey = fieldValue(fields, 'Access')
  const signedHeaders = fieldValue(fields, 'SignedHeaders')
  const signature = fieldValue(fields, 'Signature')
  if (!accessKey || !signedHeaders || signature === undefined || !/^[0-9a-f]{64}$/.test(signature))
    return undefined
  return { accessKey, signedHeaders: signedHeaders.split(';'), signature }
}

function fieldValue(fields: readonly string[], name: string): string | undefined {
  return fields.find(field => field.startsWith(`${name}=`))?.slice(name.length + 1)
}
