import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { secretValues, unmaskable } from './secret-values.ts'

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
    'NPM_CONFIG__AUTH',
    'DOCKER_AUTH_CONFIG',
    'HTTP_AUTHORIZATION',
    'BEARER',
    'DB_PWD',
    'MYSQLPWD',
    'SESSION_COOKIE',
    'SLACK_WEBHOOK_URL',
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
    'GIT_AUTHOR_NAME',
    'AUTHOR',
    'XAUTHORITY',
    'AUTH_URL',
    'COOKIE_DOMAIN',
    'COMPASS',
  ])
    it(`are not of ${name}`, () => assert.deepEqual(secretValues({ [name]: 'value' }, []), []))

  it('are of those that the caller names', () =>
    assert.deepEqual(secretValues({ PLAIN: 'a', OTHER: 'b' }, ['PLAIN', 'NOT_SET']), ['a']))

  it('leave out those that the caller names but that are too short or unset, and report them without the value', () => {
    const warnings = unmaskable({ SHORT: 'abc', LONG: 'abcdef', EMPTY: '' }, [
      'SHORT',
      'LONG',
      'EMPTY',
      'NONE',
      'SHORT',
    ])
    assert.equal(warnings.length, 3)
    assert.match(warnings[0]!, /^--mask SHORT masks nothing: its value has fewer than 6 characters/)
    assert.match(warnings[1]!, /^--mask EMPTY masks nothing: it is not set or empty/)
    assert.match(warnings[2]!, /^--mask NONE masks nothing: it is not set or empty/)
    assert.doesNotMatch(warnings.join(), /abc/)
  })

  it('are the passwords of URLs, as written and decoded', () =>
    assert.deepEqual(
      secretValues({ DATABASE: 'postgres://me:p%40ss%2Fword@db:5432/x', SITE: 'https://x.org/@a' }, []),
      ['p%40ss%2Fword', 'p@ss/word'],
    ))
})
