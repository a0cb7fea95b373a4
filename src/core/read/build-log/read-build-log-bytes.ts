import { PAGE_MAX_BYTES } from '../../../contract/limits.ts'
import { type ByteOffset, MAX_INTEGER } from '../../../contract/quantities.ts'
import { CHARACTER_REST_BYTES } from '../../../text/utf8.ts'
import type { Principal } from '../../access/principal.ts'
import type { BuildAddress } from '../../ports/build-catalog.ts'
import type { LogPage } from '../page/read-page.ts'
import { type BuildLogPagePorts, readBuildLog } from './read-build-log.ts'

/** No line is held back, and a page may end inside a line. */
const LITERAL_LIMITS = { pageMaxBytes: PAGE_MAX_BYTES + CHARACTER_REST_BYTES, heldBackMaxBytes: 4 }

/**
 * Reads the bytes `[from, from + maxBytes)` of a build's own log, with an unfinished last line
 * (docs/api.md §2, v3). An end inside a character moves back to its first byte. `maxBytes` is 1 to
 * PAGE_MAX_BYTES. Rejects with `not-allowed` or `not-found`, and as the reader does.
 */
export function readBuildLogBytes(
  ports: BuildLogPagePorts,
  who: Principal,
  address: BuildAddress,
  from: ByteOffset,
  maxBytes: number,
): Promise<LogPage> {
  const window = { startOffset: from, endOffset: Math.min(from + maxBytes, MAX_INTEGER) }
  const query = { ...window, order: 'ascending', maxLines: MAX_INTEGER, holdBack: false } as const
  return readBuildLog(ports, who, address, query, LITERAL_LIMITS)
}
