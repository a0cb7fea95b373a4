import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { byteText } from './text.ts'
import { TransferProgress } from './transfer-progress.ts'

function drawn(
  isTTY: boolean,
  columns: number,
  draw: (progress: TransferProgress, clock: { ms: number }) => void,
) {
  const written: string[] = []
  const clock = { ms: 0 }
  const stream = { isTTY, columns, write: (text: string) => written.push(text) > 0 }
  draw(new TransferProgress(stream as never, 'build.log', 4 * 1024 ** 2, () => clock.ms), clock)
  return written
}

describe('the progress of a transfer', () => {
  it('shows share and rate on a terminal from time to time, and removes itself at the end', () => {
    const lines = drawn(true, 80, (progress, clock) => {
      progress.at(1024 ** 2)
      clock.ms = 50
      progress.at(2 * 1024 ** 2)
      clock.ms = 1_000
      progress.at(3 * 1024 ** 2)
      progress.done()
    })
    assert.deepEqual(lines, [
      '\r\u001b[Kbuild.log  1.0 MiB of 4.0 MiB 25 %',
      '\r\u001b[Kbuild.log  3.0 MiB of 4.0 MiB 75 %  2.0 MiB/s',
      '\r\u001b[K',
    ])
  })

  it('fits the width, and says nothing where there is no terminal', () => {
    const [line = ''] = drawn(true, 12, progress => progress.at(0))
    assert.equal(line, '\r\u001b[Kbuild.log  ')
    assert.deepEqual(
      drawn(false, 80, progress => {
        progress.at(1)
        progress.done()
      }),
      [],
    )
  })

  it('names sizes in units', () =>
    assert.deepEqual([0, 1023, 1536, 10 * 1024 ** 3].map(byteText), ['0 B', '1023 B', '1.5 KiB', '10.0 GiB']))
})
