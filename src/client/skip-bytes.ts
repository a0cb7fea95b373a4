/** The stream without its first `count` bytes. */
export function skipBytes(stream: ReadableStream<Uint8Array>, count: number): ReadableStream<Uint8Array> {
  let toSkip = count
  return stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        const rest = bytes.subarray(Math.min(toSkip, bytes.length))
        toSkip -= bytes.length - rest.length
        if (rest.length > 0) controller.enqueue(rest)
      },
    }),
  )
}
