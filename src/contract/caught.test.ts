import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { it } from 'node:test'
import { errorMessage, expressionFault, systemErrorCode } from './caught.ts'

it('a caught error has a message, whatever was thrown', () => {
  assert.equal(errorMessage(new TypeError('no such thing')), 'no such thing')
  assert.equal(errorMessage('just text'), 'just text')
  assert.equal(errorMessage(undefined), 'undefined')
})

it('only errors of the system or the runtime have a code', async () => {
  const missing = await readFile('/nowhere/at/all').catch(error => error)
  assert.equal(systemErrorCode(missing), 'ENOENT')
  assert.equal(systemErrorCode(Object.assign(new Error('odd'), { code: 7 })), undefined)
  assert.equal(systemErrorCode({ code: 'ENOENT' }), undefined)
  assert.equal(systemErrorCode(new Error('plain')), undefined)
})

it('the fault of a regular expression is its reason, without the expression', () => {
  const faultOf = (pattern: string, flags: string) => {
    try {
      return new RegExp(pattern, flags)
    } catch (error) {
      return expressionFault(error)
    }
  }
  assert.equal(faultOf('(', 's'), 'unterminated group')
  assert.equal(faultOf('a: /b: [', 'iu'), 'unterminated character class')
  assert.equal(faultOf('*', ''), 'nothing to repeat')
})
