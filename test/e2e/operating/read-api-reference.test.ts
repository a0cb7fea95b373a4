/**
 * `GET /docs` in a browser: the API reference works below a base path, offline, under its policy.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import type { Operation } from '../../../src/contract/operation.ts'
import { checkHealth } from '../../../src/contract/operations/operating/check-health.ts'
import { appendLog } from '../../../src/contract/operations/writing/append-log.ts'
import { NO_CHROMIUM, openChromium } from '../../props/chromium.ts'
import { startFixture } from '../fixture.ts'

const { server } = await startFixture({ env: { TAILRACE_PUBLIC_URL: 'https://logs.example.org/tail' } })

/** Violations are written to the console, where the test reads them. */
const REPORT_VIOLATIONS = `document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  console.error('violation of', violatedDirective, blockedURI))`

interface Visit extends AsyncDisposable {
  readonly page: Page
  readonly origins: ReadonlySet<string>
  readonly reported: readonly string[]
}

async function visit(): Promise<Visit> {
  const browser = await openChromium()
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
  page.setDefaultTimeout(60_000)
  const origins = new Set<string>()
  const reported: string[] = []
  page.on('request', request => {
    if (!request.url().startsWith('data:')) origins.add(new URL(request.url()).origin)
  })
  page.on('pageerror', error => reported.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') reported.push(message.text())
  })
  await page.addInitScript(REPORT_VIOLATIONS)
  await page.goto(`${server.url}/tail/docs`)
  return { page, origins, reported, [Symbol.asyncDispose]: () => browser.close() }
}

async function openBySearch({ page }: Visit, { summary }: Operation): Promise<Locator> {
  await page.getByRole('button', { name: 'Search' }).first().click()
  await page.getByRole('combobox', { name: 'Enter search query' }).fill(summary)
  await page.getByRole('option', { name: summary }).first().click()
  return page.getByRole('region', { name: summary })
}

test('a reader finds an operation by search, reads it, and tries one, without another host', {
  skip: NO_CHROMIUM,
}, async () => {
  await using visited = await visit()
  const { page, origins, reported } = visited
  const append = await openBySearch(visited, appendLog)
  await append.getByText('Upload-Offset').first().waitFor()

  const health = await openBySearch(visited, checkHealth)
  await health.getByRole('button', { name: /^Test Request/ }).click()
  const client = page.getByRole('dialog', { name: 'API Client' })
  const answered = page.waitForResponse(answer => answer.url().endsWith('/healthz'))
  await client.getByRole('button', { name: /^Send get request/ }).click()
  assert.equal((await answered).status(), 200)
  await client.getByText('200 OK').first().waitFor()

  assert.deepEqual(reported, [])
  assert.deepEqual([...origins], [server.url])
})
