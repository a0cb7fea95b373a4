import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { createUploadTokens } from './upload-tokens.ts'

const SECRET = Buffer.alloc(32, 1)
const ids = fc.record({ projectId: fc.stringMatching(/^[0-9a-f]{32}$/), recordId: fc.uuid() })

describe('an upload token', () => {
  it('is the same each time, in every process with the secret, and names its build', () => {
    fc.assert(
      fc.property(ids, ({ projectId, recordId }) => {
        const token = createUploadTokens(SECRET).issue(projectId, recordId)
        assert.equal(createUploadTokens(SECRET).issue(projectId, recordId), token)
        assert.deepEqual(createUploadTokens(SECRET).read(token), { projectId, recordId })
        assert.match(token, /^[A-Za-z0-9_-]+$/)
      }),
    )
  })

  it('is not true under another secret', () => {
    const token = createUploadTokens(SECRET).issue('a'.repeat(32), '2cc26382-b2cb-4234-8eb0-b37d362f4d4c')
    assert.equal(createUploadTokens(Buffer.alloc(32, 2)).read(token), undefined)
  })

  it('is not true after a change of any character, the last one included', () => {
    const tokens = createUploadTokens(SECRET)
    const token = tokens.issue('a'.repeat(32), '2cc26382-b2cb-4234-8eb0-b37d362f4d4c')
    for (let at = 0; at < token.length; at++) {
      for (const other of ['A', 'B', '_', '']) {
        const changed = token.slice(0, at) + other + token.slice(at + 1)
        if (changed !== token) assert.equal(tokens.read(changed), undefined)
      }
    }
    assert.equal(tokens.read(`${token}A`), undefined)
  })

  it('is not made for ids that it could not name exactly', () => {
    assert.throws(() =>
      createUploadTokens(SECRET).issue('z'.repeat(32), '2cc26382-b2cb-4234-8eb0-b37d362f4d4c'),
    )
    assert.throws(() => createUploadTokens(SECRET).issue('a'.repeat(32), 'x'.repeat(36)))
  })
})
