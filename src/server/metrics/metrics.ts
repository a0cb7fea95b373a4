import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Retained } from '../../core/maintain/apply-retention.ts'
import type { Reclaimed } from '../../core/maintain/reclaim-packs.ts'
import type { PassReport } from '../../core/maintain/run-maintenance.ts'

/** From a cached page to a large download. */
const REQUEST_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60]
/** From an idle disk to one that delays acknowledgements. */
const APPEND_BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** Gauges that prom-client names like counters; Prometheus' own linter rejects the names. */
const MISNAMED_DEFAULTS = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

/** Everything that a server counts about itself. Names and units follow the rules of Prometheus. */
export class Metrics {
  readonly registry = new Registry()
  readonly requestSeconds = new Histogram({
    name: 'tailrace_http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: REQUEST_BUCKETS_SECONDS,
    registers: [this.registry],
  })
  readonly requestsUnderWay = new Gauge({
    name: 'tailrace_http_requests_under_way',
    help: 'Requests in progress, followers included.',
    registers: [this.registry],
  })
  readonly appendSeconds = new Histogram({
    name: 'tailrace_journal_append_duration_seconds',
    help: 'Time until appended bytes were durable.',
    labelNames: ['outcome'] as const,
    buckets: APPEND_BUCKETS_SECONDS,
    registers: [this.registry],
  })
  readonly appendedBytes = new Counter({
    name: 'tailrace_log_bytes_appended_total',
    help: 'Log bytes that were acknowledged.',
    registers: [this.registry],
  })
  readonly readBytes = new Counter({
    name: 'tailrace_log_bytes_read_total',
    help: 'Log bytes that were read for answers and for hashes.',
    registers: [this.registry],
  })
  readonly damagedReads = new Counter({
    name: 'tailrace_damaged_reads_total',
    help: 'Answers that met damaged or missing log bytes, including answers that broke off.',
    registers: [this.registry],
  })
  readonly packedBytes = new Counter({
    name: 'tailrace_log_bytes_packed_total',
    help: 'Log bytes that moved from the journal to packs.',
    registers: [this.registry],
  })
  readonly storedBytes = new Counter({
    name: 'tailrace_pack_bytes_written_total',
    help: 'Bytes that were written to packs, compressed and with frame headers.',
    registers: [this.registry],
  })
  readonly packReads = new Counter({
    name: 'tailrace_frames_decoded_total',
    help: 'Frames that were read from packs and decoded; a cached frame is not.',
    registers: [this.registry],
  })
  readonly flushFailures = new Counter({
    name: 'tailrace_flush_failures_total',
    help: 'Passes from the journal to packs that failed and were tried again.',
    registers: [this.registry],
  })
  readonly expiredBuilds = new Counter({
    name: 'tailrace_builds_expired_total',
    help: 'Builds that retention deleted.',
    registers: [this.registry],
  })
  readonly expiredBytes = new Counter({
    name: 'tailrace_log_bytes_expired_total',
    help: 'Log bytes of the builds that retention deleted.',
    registers: [this.registry],
  })
  readonly droppedPacks = new Counter({
    name: 'tailrace_packs_dropped_total',
    help: 'Packs that were removed because no log, or too little of any, was left in them.',
    registers: [this.registry],
  })
  readonly droppedBytes = new Counter({
    name: 'tailrace_pack_bytes_dropped_total',
    help: 'Bytes of the packs that were removed.',
    registers: [this.registry],
  })
  readonly movedBytes = new Counter({
    name: 'tailrace_log_bytes_moved_total',
    help: 'Log bytes that were stored again because their pack was removed.',
    registers: [this.registry],
  })
  readonly maintenanceRuns = new Counter({
    name: 'tailrace_maintenance_runs_total',
    help: 'Passes of maintenance tasks that have ended, failed ones included.',
    labelNames: ['task'] as const,
    registers: [this.registry],
  })
  readonly maintenanceFailures = new Counter({
    name: 'tailrace_maintenance_failures_total',
    help: 'Passes of maintenance tasks that failed and are tried again.',
    labelNames: ['task'] as const,
    registers: [this.registry],
  })
  readonly maintenanceSeconds = new Counter({
    name: 'tailrace_maintenance_seconds_total',
    help: 'Time that passes of maintenance tasks took, without waiting for work.',
    labelNames: ['task'] as const,
    registers: [this.registry],
  })
  readonly maintenanceLastRun = new Gauge({
    name: 'tailrace_maintenance_last_run_timestamp_seconds',
    help: 'When the last pass of a maintenance task ended, as Unix time.',
    labelNames: ['task'] as const,
    registers: [this.registry],
  })
  readonly iamAnswers = new Counter({
    name: 'tailrace_iam_answers_total',
    help: 'Times that the external IAM was asked about a token, by how it answered.',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  })

  constructor() {
    collectDefaultMetrics({ register: this.registry })
    for (const name of MISNAMED_DEFAULTS) this.registry.removeSingleMetric(name)
  }

  /** Starts the counters of these tasks at 0, so that the first failure shows as a rise. */
  listMaintenance(tasks: readonly string[]): void {
    for (const task of tasks)
      for (const counter of [this.maintenanceRuns, this.maintenanceFailures, this.maintenanceSeconds])
        counter.inc({ task }, 0)
  }

  countMaintenance({ task, tookMs, endedAtMs, failure }: PassReport): void {
    this.maintenanceRuns.inc({ task })
    this.maintenanceSeconds.inc({ task }, Math.max(0, tookMs) / 1000)
    this.maintenanceLastRun.set({ task }, endedAtMs / 1000)
    if (failure !== undefined) this.maintenanceFailures.inc({ task })
  }

  countRetained({ removedBuilds, removedLogBytes }: Retained): void {
    this.expiredBuilds.inc(removedBuilds)
    this.expiredBytes.inc(removedLogBytes)
  }

  countReclaimed({ droppedPacks, droppedBytes, movedBytes }: Reclaimed): void {
    this.droppedPacks.inc(droppedPacks)
    this.droppedBytes.inc(droppedBytes)
    this.movedBytes.inc(movedBytes)
  }
}
