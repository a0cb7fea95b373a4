import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isTailraceError } from '../../../contract/errors.ts'
import type { Role } from '../../../contract/roles.ts'
import { describeCredentials } from '../../conformance/describe-credentials.ts'
import { sqlCredentials } from '../../sql/credentials/sql-credentials.ts'
import { openSqlite } from './sqlite.ts'

async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-credentials-'))
  return {
    path: join(folder, 'catalog.db'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

describeCredentials('SQLite', {
  async open() {
    const folder = await openFolder()
    const db = await openSqlite(folder.path)
    return {
      stores: sqlCredentials(db),
      async [Symbol.asyncDispose]() {
        await db.destroy()
        await folder[Symbol.asyncDispose]()
      },
    }
  },
})

const DOMAIN = { id: 'd'.repeat(32), name: 'acme' }
const PROJECT = { id: 'a'.repeat(32), name: 'alpha', domain: DOMAIN }
const ADMIN = { id: '1'.repeat(32), name: 'admin', domain: DOMAIN, passwordHash: 'hash', passwordVersion: 1 }
const KEY = { accessKey: 'AK', sealedSecretKey: 's', userId: ADMIN.id, projectId: PROJECT.id, createdAtMs: 1 }
const TOKEN = {
  sha256: '7'.repeat(64),
  userId: ADMIN.id,
  scope: { projectId: PROJECT.id },
  methods: ['password'],
  roles: new Set<Role>(['reader', 'runner', 'admin']),
  passwordVersion: 1,
  issuedAtMs: 1,
  expiresAtMs: 2,
}

test('users, tokens and keys survive a restart', async () => {
  await using folder = await openFolder()
  {
    await using db = await openSqlite(folder.path)
    const stores = sqlCredentials(db)
    await stores.establish({ project: PROJECT, admin: ADMIN, key: KEY })
    await stores.addToken(TOKEN)
  }
  await using db = await openSqlite(folder.path)
  const stores = sqlCredentials(db)
  assert.deepEqual(await stores.findUser({ id: ADMIN.id }), ADMIN)
  assert.deepEqual(await stores.findToken(TOKEN.sha256), TOKEN)
  assert.deepEqual(await stores.findKey('AK'), KEY)
})

test('a database that fails is reported as unavailable', async () => {
  await using folder = await openFolder()
  const db = await openSqlite(folder.path)
  const stores = sqlCredentials(db)
  await db.destroy()
  await assert.rejects(stores.findKey('AK'), error => isTailraceError(error, 'store-unavailable'))
})
