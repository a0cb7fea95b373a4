import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Masker } from '../../text/mask/mask.ts'
import { Stamper } from '../../text/stamp.ts'
import { OutputPipeline } from './output-pipeline.ts'

function pipelineAt(clock: { ms: number }, raw = false) {
  const logged: Uint8Array[] = []
  const echoed: Uint8Array[] = []
  const pipeline = new OutputPipeline({
    masker: new Masker([Buffer.from('secret')]),
    stamper: new Stamper('make:run', () => 0),
    raw,
    clock: () => clock.ms,
    log: { append: async bytes => void logged.push(bytes) },
    echo: async bytes => void echoed.push(bytes),
  })
  const textOf = (parts: Uint8Array[]) => Buffer.concat(parts).toString()
  return { pipeline, log: () => textOf(logged), echo: () => textOf(echoed) }
}

const stamp = (ms: number, level = 'INFO') =>
  `[1970/01/01 00:00:00.00${ms} GMT+00:00] [${level}] [make:run] : `

describe('the way of output into the log', () => {
  it('repeats it masked, and keeps it masked and stamped', async () => {
    const { pipeline, log, echo } = pipelineAt({ ms: 1 })
    await pipeline.push(Buffer.from('a secret\nb'))
    await pipeline.end()
    assert.equal(echo(), 'a ***\nb')
    assert.equal(log(), `${stamp(1)}a ***\n${stamp(1)}b`)
  })

  it('gives a line whose beginning was held back the time when it came', async () => {
    const clock = { ms: 1 }
    const { pipeline, log } = pipelineAt(clock)
    await pipeline.push(Buffer.from('a\ns'))
    clock.ms = 2
    await pipeline.push(Buffer.from('e'))
    clock.ms = 3
    await pipeline.push(Buffer.from('a\nb\ns'))
    clock.ms = 4
    await pipeline.end()
    assert.equal(log(), `${stamp(1)}a\n${stamp(1)}sea\n${stamp(3)}b\n${stamp(3)}s`)
  })

  it('adds notes as lines of their own', async () => {
    const { pipeline, log } = pipelineAt({ ms: 1 })
    await pipeline.push(Buffer.from('open'))
    await pipeline.end()
    await pipeline.note('why', 'ERROR')
    assert.equal(log(), `${stamp(1)}open\n${stamp(1, 'ERROR')}tailrace: why\n`)
  })

  it('stamps neither lines nor notes of a raw log', async () => {
    const { pipeline, log } = pipelineAt({ ms: 1 }, true)
    await pipeline.push(Buffer.from('a\nopen'))
    await pipeline.note('why', 'ERROR')
    await pipeline.note('and', 'ERROR')
    assert.equal(log(), 'a\nopen\ntailrace: why\ntailrace: and\n')
  })
})
