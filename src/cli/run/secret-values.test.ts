import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { secretValues } from './secret-values.ts'

describe('the values to mask', () => {
  for (const name of [
    'GITHUB_TOKEN',
    'token',
    'MY_SECRET_1',
    'DB_PASSWORD',
    'PGPASSWD',
    'DB_PASS',
    'API_KEY',
    'APIKEY',
    'SSH_PRIVATE_KEY',
    'AWS_SECRET_ACCESS_KEY',
    'GOOGLE_CREDENTIALS',
    'TAILRACE_SK',
    'TAILRACE_TOKEN',
    'TAILRACE_PASSWORD',
    'GITLAB_PAT',
  ])
    it(`are of ${name}`, () => assert.deepEqual(secretValues({ [name]: 'value' }, []), ['value']))

  for (const name of [
    'PWD',
    'OLDPWD',
    'HOME',
    'PATH',
    'PATTERN',
    'TASK',
    'KEYBOARD',
    'SSH_AUTH_SOCK',
    'COMPASS',
  ])
    it(`are not of ${name}`, () => assert.deepEqual(secretValues({ [name]: 'value' }, []), []))

  it('are of those that the caller names', () =>
    assert.deepEqual(secretValues({ PLAIN: 'a', OTHER: 'b' }, ['PLAIN', 'NOT_SET']), ['a']))

  it('are the passwords of URLs, as written and decoded', () =>
    assert.deepEqual(
      secretValues({ DATABASE: 'postgres://me:p%40ss%2Fword@db:5432/x', SITE: 'https://x.org/@a' }, []),
      ['p%40ss%2Fword', 'p@ss/word'],
    ))
})
