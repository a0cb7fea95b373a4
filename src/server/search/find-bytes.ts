/** Where `wanted` begins in `bytes` at or behind `from`; -1 where it does not. */
export function findBytes(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(wanted, from)
}
