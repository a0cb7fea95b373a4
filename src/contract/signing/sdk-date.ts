import type { EpochMs } from '../quantities.ts'

/** The value of `X-Sdk-Date`: `YYYYMMDDTHHMMSSZ`, UTC, without fractions of a second. */
export function formatSdkDate(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

/**
 * The time that an `X-Sdk-Date` names. Undefined if it has another form or the day or time does not
 * exist.
 */
export function parseSdkDate(text: string): EpochMs | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second] = parts
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(at.getTime()) || formatSdkDate(at) !== text ? undefined : at.getTime()
}
