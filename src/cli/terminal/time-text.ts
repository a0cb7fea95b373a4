/** A moment for people, to the second, on this machine's clock and with its offset: `2026-11-22 04:10:07 +01:00`. */
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
