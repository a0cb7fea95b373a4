import type { FastifyInstance } from 'fastify'
import {
  BUILD_END_EVENT_ID,
  type BuildEventData,
  followBuild as operation,
  type StepEventData,
} from '../../../contract/operations/reading/follow-build.ts'
import { requireReadableBuild } from '../../../core/access/authorize.ts'
import { followBuild, isBuildOver } from '../../../core/follow/follow-build.ts'
import type { Build, Step } from '../../../core/ports/build-catalog.ts'
import { lastEventId, serverSentEvent } from '../../http/event-streams.ts'
import { serve } from '../../http/serve.ts'

type Ports = Parameters<typeof followBuild>[0]

export function followBuildRoute(app: FastifyInstance, ports: Ports): void {
  serve(app, operation, async ({ who, params, received }, reply) => {
    const build = await requireReadableBuild(ports, who, { recordId: params.record_id })
    if (lastEventId(received) === BUILD_END_EVENT_ID && (await isBuildOver(ports, build))) {
      reply.code(204)
      return undefined
    }
    return signal => buildEvents(ports, build, signal)
  })
}

async function* buildEvents(ports: Ports, build: Build, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const changes = followBuild(ports, build, signal)
  let next = await changes.next()
  try {
    for (; !next.done; next = await changes.next())
      yield 'build' in next.value
        ? serverSentEvent('build', buildData(next.value.build))
        : serverSentEvent('step', stepData(next.value.step))
  } finally {
    await changes.return(undefined)
  }
  if (next.value !== undefined) yield serverSentEvent('end', buildData(next.value), BUILD_END_EVENT_ID)
}

function buildData(build: Build): BuildEventData {
  return {
    record_id: build.recordId,
    job_id: build.jobId,
    build_no: build.buildNo,
    status: build.outcome ?? null,
    created_at: new Date(build.createdAtMs).toISOString(),
    finished_at: isoOrNull(build.finishedAtMs),
  }
}

function stepData(step: Step): StepEventData {
  return {
    step_id: step.stepId,
    name: step.name,
    state: step.state,
    status: step.outcome ?? null,
    began_at: isoOrNull(step.beganAtMs),
    finished_at: isoOrNull(step.finishedAtMs),
    size: step.sizeBytes ?? null,
    sha256: step.sha256 ?? null,
  }
}

function isoOrNull(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString()
}
