import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type BuildAnswer, type Caller, UNKNOWN_JOB, UNKNOWN_RECORD } from './wire.ts'

/** How look-ups of the API family write a time. */
export const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/

/**
 * The version 5 UUID of a name in the name space of another UUID (RFC 9562), as Python's uuid.uuid5
 * makes it.
 */
export function stageUuid(record: string, name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.concat([Buffer.from(record.replaceAll('-', ''), 'hex'), Buffer.from(name)]))
    .digest()
    .subarray(0, 16)
  bytes[6] = 0x50 | (bytes[6]! % 16)
  bytes[8] = 0x80 | (bytes[8]! % 64)
  return bytes.toString('hex').replace(/^(\w{8})(\w{4})(\w{4})(\w{4})/, '$1-$2-$3-$4-')
}

/** A look-up's answer; it is a success, and JSON in the family's form. */
export async function lookUp(caller: Caller, path: string) {
  const reply = await caller.get(path)
  assert.equal(reply.status, 200, reply.text)
  assert.equal(reply.headers['content-type'], 'application/json;charset=UTF-8')
  return reply.json()
}

/** The same for the v1 envelope: what it found. */
export async function lookUpResult(caller: Caller, path: string) {
  const { result, ...rest } = await lookUp(caller, path)
  assert.deepEqual(rest, { error: null, status: 'success' })
  return result
}

/** The job's second name. */
export function buildProjectId(job: string): string {
  return job.replace(/^(\w{8})(\w{4})(\w{4})(\w{4})/, '$1-$2-$3-$4-')
}

/** A build that is nowhere. */
export function nowhere(build: BuildAnswer): BuildAnswer {
  return { ...build, job_id: UNKNOWN_JOB, record_id: UNKNOWN_RECORD }
}

/** Values of number parameters that must be refused. */
export const NO_NUMBERS = [
  '',
  '-1',
  '+1',
  '1.0',
  '1e3',
  '0x10',
  ' 1',
  '12345678901234567',
  '9007199254740992',
]
