/**
 * The client of Tailrace, published as `tailrace/client`. Runs on fetch, in Node and in browsers.
 */
export { type ErrorCode, type ErrorDetail, isTailraceError, TailraceError } from '../contract/errors.ts'
export type { ListBuildsAnswer } from '../contract/operations/reading/list-builds.ts'
export type { ListJobsAnswer } from '../contract/operations/reading/list-jobs.ts'
export type { SearchEndAnswer, SearchHitAnswer } from '../contract/operations/reading/search-log.ts'
export type { ShowBuildAnswer } from '../contract/operations/reading/show-build.ts'
export type { Credentials, PasswordCredentials } from './credentials.ts'
export type { CallOptions, SenderSettings } from './http-sender.ts'
export type { LogAddress, LogPage, PageQuery } from './log-page.ts'
export type { LogChunk, ReadLogOptions } from './read-log.ts'
export type { RetryOptions } from './repeat.ts'
export type { SearchQuery } from './search-log.ts'
export { isTransient, ServerUnreachable } from './server-unreachable.ts'
export {
  type ClientOptions,
  type DownloadOptions,
  type ListPart,
  type LogDownload,
  type LogState,
  type NewStep,
  type StepAddress,
  TailraceClient,
} from './tailrace-client.ts'
export type { LogSource, UploadOptions } from './upload-log.ts'
