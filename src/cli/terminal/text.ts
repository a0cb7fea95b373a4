/** Values as people read them. */
import { getSystemErrorMessage } from 'node:util'
import { KIB } from '../../contract/quantities.ts'

/** A moment to the second, in this machine's time zone: `2026-11-22 04:10:07 +01:00`. */
export function timeText(iso: string): string {
  const at = new Date(iso)
  const offset = -at.getTimezoneOffset()
  const local = new Date(at.getTime() + offset * 60_000).toISOString()
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map(twoDigits)
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${offset < 0 ? '-' : '+'}${hours}:${minutes}`
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}

/** A number of things, whose plural ends in "s": `1 pack`, `2 packs`. */
export function countText(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`
}

/** A number of bytes: `1.5 MiB`. */
export function byteText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let unit = 0
  let amount = bytes
  for (; amount >= KIB && unit < units.length - 1; unit++) amount /= KIB
  return `${unit === 0 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`
}

/** Rows of cells in aligned columns, one line each. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, at) => Math.max(known[at] ?? 0, cell.length)),
    [],
  )
  const lineOf = (row: readonly string[]) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')
  return rows.map(row => `${lineOf(row).trimEnd()}\n`).join('')
}

/**
 * A failure of the file system in words, with the name that the user gave; any other error as it
 * is.
 */
export function fileError(file: string, what: 'read' | 'written', error: unknown): unknown {
  const { errno, code } = error as NodeJS.ErrnoException
  if (errno === undefined || code === undefined) return error
  return new Error(`${file} cannot be ${what}: ${getSystemErrorMessage(errno)} (${code})`, { cause: error })
}
