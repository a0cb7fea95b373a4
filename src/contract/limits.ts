import { KIB, MIB } from './quantities.ts'

/** Lines of a page at most, and where `size` is 0. */
export const PAGE_MAX_LINES = 1000
/** Log bytes of a page at most; a longer line comes in chunks. */
export const PAGE_MAX_BYTES = MIB
/** An unfinished last line is held back from pages until it has this many bytes. */
export const HELD_BACK_MAX_BYTES = 64 * KIB
/** A frame aims at this many log bytes, cut at a line end where there is one. */
export const FRAME_TARGET_BYTES = 256 * KIB
/** A frame whose only line is a giant may reach this many log bytes. */
export const FRAME_MAX_BYTES = MIB
/** An append with `Upload-Checksum` is held in memory until it is checked, so its body is at most this. */
export const CHECKED_BODY_MAX_BYTES = 16 * MIB
/** Request headers together; IAM tokens of the original service may be 100,000 characters. */
export const HEADERS_MAX_BYTES = 128 * KIB
/** JSON request bodies. */
export const JSON_BODY_MAX_BYTES = 4 * MIB
/** Names of jobs, steps, sources, users, projects. */
export const NAME_MAX_CHARACTERS = 128
/** Steps of one build. */
export const STEPS_MAX_PER_BUILD = 10_000
/** A build number fits a signed 32-bit integer, as the SDKs decode it. */
export const BUILD_NO_MAX = 2 ** 31 - 1
/** Stage numbers have at most nine digits. */
export const STEP_ID_MAX = 999_999_999
/** Lines of one answer of read-lines, and where `count` is absent. */
export const LINES_MAX_COUNT = 5000
export const LINES_DEFAULT_COUNT = 1000
/** Text of one line in answers that tell lines apart; more of it is in the log's bytes. */
export const LINE_TEXT_MAX_BYTES = 64 * KIB
