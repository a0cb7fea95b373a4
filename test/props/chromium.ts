import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const EXECUTABLE = (process.env.PATH ?? '')
  .split(delimiter)
  .map(folder => join(folder, 'chromium'))
  .find(file => existsSync(file))

/** Why tests that need a browser are skipped; false if they are not. */
export const NO_CHROMIUM = EXECUTABLE === undefined && 'no chromium on PATH'

/**
 * Starts Debian's Chromium without a window. Its sandbox does not work for root, as which CI runs.
 */
export function openChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE!, args: ['--no-sandbox'] })
}
