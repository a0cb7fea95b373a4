import { randomBytes, randomInt, randomUUID } from 'node:crypto'

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const CAPITALS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** 32 hexadecimal digits, for users, projects and domains. */
export function newId(): string {
  return randomUUID().replaceAll('-', '')
}

/** 20 capital letters and digits. */
export function newAccessKey(): string {
  return randomText(CAPITALS_AND_DIGITS, 20)
}

/** 40 letters and digits: 238 random bits. */
export function newSecretKey(): string {
  return randomText(LETTERS_AND_DIGITS, 40)
}

/** 144 random bits, as 24 characters. */
export function newPassword(): string {
  return randomBytes(18).toString('base64url')
}

function randomText(alphabet: string, characters: number): string {
  return Array.from({ length: characters }, () => alphabet[randomInt(alphabet.length)]).join('')
}
