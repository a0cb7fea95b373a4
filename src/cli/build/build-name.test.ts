import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseBuildName } from './build-name.ts'

const SERVER = 'https://logs.example.com/base'
const RECORD = '8d3f2a1e-0000-4000-8000-00000000000a'
const parse = (text: string) => parseBuildName(text, SERVER)

describe('the name of a build', () => {
  it('is a record, a job with a number, or a job', () => {
    assert.deepEqual(parse(RECORD.toUpperCase()), { recordId: RECORD })
    assert.deepEqual(parse('my job#12'), { job: 'my job', buildNo: 12 })
    assert.deepEqual(parse('a#b#3'), { job: 'a#b', buildNo: 3 })
    for (const job of ['my job', 'job#', 'job#0', '#3']) assert.deepEqual(parse(job), { job })
  })

  it('is a URL that names a build, and perhaps a step', () => {
    const steps = `${SERVER}/api/v1/builds/${RECORD}/steps/7/log`
    assert.deepEqual(parse(steps), { recordId: RECORD, step: '7' })
    assert.deepEqual(parse(`${SERVER}/#/builds/${RECORD}`), { recordId: RECORD })
    assert.deepEqual(parse(`${SERVER}/v4/${RECORD}/task-log?task_name=stage3`), {
      recordId: RECORD,
      step: '3',
    })
    assert.deepEqual(parse(`${SERVER}/v1/log/task/step?job_id=j&build_no=4&step_id=2`), {
      job: 'j',
      buildNo: 4,
      step: '2',
    })
  })

  it('is not the URL of another server or of something else', () => {
    assert.throws(() => parse(`https://evil.example.com/${RECORD}`), /another server/)
    assert.throws(() => parse(`${SERVER}/docs`), /is not the URL of a build or log/)
    assert.throws(() => parse(''), /empty/)
  })
})
