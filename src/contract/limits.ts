import { KIB, MIB } from './quantities.ts'

/** Maximum number of lines of a page, and their number if `size` is 0. */
export const PAGE_MAX_LINES = 1000
/** Maximum number of log bytes of a page. A longer line is split over several pages. */
export const PAGE_MAX_BYTES = MIB
/** Pages hold back an unfinished last line until it has this many bytes. */
export const HELD_BACK_MAX_BYTES = 64 * KIB
/** The size of a frame in log bytes. It ends at a newline if there is one. */
export const FRAME_TARGET_BYTES = 256 * KIB
/** The size in log bytes that a frame with a single giant line can reach. */
export const FRAME_MAX_BYTES = MIB
/**
 * Maximum body of an append with `Upload-Checksum`, which is kept in memory until it is checked.
 */
export const CHECKED_BODY_MAX_BYTES = 16 * MIB
/** All request headers together. Tokens of the original service can have 100,000 characters. */
export const HEADERS_MAX_BYTES = 128 * KIB
/** JSON request bodies. */
export const JSON_BODY_MAX_BYTES = 4 * MIB
/** JSON request bodies of operations that anyone may call. */
export const OPEN_BODY_MAX_BYTES = 128 * KIB
/** Names of jobs, steps, sources, users, projects. */
export const NAME_MAX_CHARACTERS = 128
/** Steps of one build. */
export const STEPS_MAX_PER_BUILD = 10_000
/** A build number fits a signed 32-bit integer, as the SDKs decode it. */
export const BUILD_NO_MAX = 2 ** 31 - 1
/** Stage numbers have at most nine digits. */
export const STEP_ID_MAX = 999_999_999
/** Maximum and default number of lines that read-lines returns. */
export const LINES_MAX_COUNT = 5000
export const LINES_DEFAULT_COUNT = 1000
/** Maximum text of one line in answers with separate lines. The log's bytes have the rest. */
export const LINE_TEXT_MAX_BYTES = 64 * KIB
