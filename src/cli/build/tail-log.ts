import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandIo } from '../command-line/command.ts'
import { clientOf } from '../connection/connection.ts'
import { LogOutput } from '../terminal/log-output.ts'
import { interruptible } from '../terminal/process-end.ts'
import { type Build, findBuild, findStep, type Lookup, NoSuchStep, nameOf, type Step } from './find-build.ts'

interface TailOptions {
  readonly build: string
  readonly step: string | undefined
  readonly follow: boolean
  readonly json: boolean
  /** undefined: all. */
  readonly lastLines: number | undefined
  readonly raw: boolean
}

/** `tailrace tail`: shows the end of a log, and resolves to how the step or the build ended. */
export function tailLog(options: TailOptions, io: CommandIo): Promise<End> {
  const output = new LogOutput(process.stdout, io.env, { raw: options.raw || options.json })
  return interruptible(signal =>
    new FollowedBuild({ ...clientOf(io), signal }, options, output, text => io.warn(text)).run(),
  )
}

/** How a step or build ended; `ABANDONED` when its writer went silent, undefined while it runs. */
type End = 'SUCCESS' | 'FAILURE' | 'ABORTED' | 'SKIPPED' | 'ABANDONED' | undefined

/** How often the state of a silent step or build is requested. */
const LOOK_MS = 2_000

/** Shows the end of one step's log or, where no step is named, of the build's steps one by one. */
class FollowedBuild {
  readonly #lookup: Lookup & { readonly signal: AbortSignal }
  readonly #options: TailOptions
  readonly #output: LogOutput
  readonly #warn: (text: string) => void
  #isLost = false

  constructor(
    lookup: Lookup & { readonly signal: AbortSignal },
    options: TailOptions,
    output: LogOutput,
    warn: (text: string) => void,
  ) {
    this.#lookup = lookup
    this.#options = options
    this.#output = output
    this.#warn = warn
  }

  /** Resolves to the end of the step or the build. */
  async run(): Promise<End> {
    const found = await findBuild(this.#lookup, this.#options.build)
    const named = this.#options.step ?? found.step
    if (named !== undefined) {
      const { build, step } = await this.#awaitStep(found.build, named)
      return this.#showStep(build, step, this.#options.lastLines)
    }
    return this.#showSteps(found.build)
  }

  /** Starts at the step that runs, or ran last. */
  async #showSteps(first: Build): Promise<End> {
    let build = first
    let step = currentStep(build)
    let lastLines = this.#options.lastLines
    for (;;) {
      if (step !== undefined) {
        await this.#showStep(build, step, lastLines)
        lastLines = undefined
        if (!this.#options.follow) return undefined
      } else if (!this.#options.follow) {
        this.#warn(`${nameOf(build)} has no log yet\n`)
        return undefined
      }
      const shownId: number = step?.step_id ?? 0
      build = await this.#look(build)
      const next = (one: Step) => one.step_id > shownId && one.state !== 'skipped'
      while (build.status === null && !build.steps.some(next)) build = await this.#lookLater(build)
      step = build.steps.find(next)
      if (step === undefined) return this.#reportBuild(build)
    }
  }

  /** Shows one log, and reports how its step ended. */
  async #showStep(build: Build, step: Step, lastLines: number | undefined): Promise<End> {
    const { follow, json } = this.#options
    const { signal, client } = this.#lookup
    const { step_id } = step
    if (this.#options.step === undefined && build.steps.length > 1)
      this.#warn(`==> ${step.step_id} (${step.name}) <==\n`)
    if (follow && step.state === 'waiting') this.#warn(`waiting for step ${step_id} (${step.name})\n`)
    let lookedMs = Date.now()
    const chunks = client.readLog(
      { jobId: build.job_id, buildNo: build.build_no, stepId: step_id },
      {
        follow,
        signal,
        ...(lastLines !== undefined && { lastLines }),
        ...(follow && { onRetry: (failure: Error) => this.#reportLost(failure) }),
        whileSilent: async () => {
          this.#reportBack()
          if (Date.now() - lookedMs < LOOK_MS) return true
          lookedMs = Date.now()
          return stepOf(await this.#look(build), step_id)?.state !== 'abandoned'
        },
      },
    )
    for await (const { start, end, text } of chunks) {
      this.#reportBack()
      await this.#output.write(json ? `${JSON.stringify({ step_id, start, end, text })}\n` : text)
    }
    await this.#output.end()
    return follow ? this.#reportStep(await this.#look(build), step_id) : undefined
  }

  async #reportStep(build: Build, stepId: number): Promise<End> {
    const step = stepOf(build, stepId)
    if (step === undefined) throw new Error(`step ${stepId} is gone`)
    const end = endOf(step)
    if (this.#options.json) {
      const { size, sha256 } = step
      await this.#output.write(`${JSON.stringify({ step_id: stepId, status: end ?? null, size, sha256 })}\n`)
    } else this.#warn(`step ${stepId} (${step.name}): ${end ?? step.state}\n`)
    return end
  }

  #reportBuild(build: Build): End {
    this.#warn(`${nameOf(build)}: ${build.status ?? 'not finished'}\n`)
    return build.status ?? undefined
  }

  /** Waits for a step that may still be created. */
  async #awaitStep(first: Build, name: string): Promise<{ build: Build; step: Step }> {
    for (let build = first, reported = false; ; build = await this.#lookLater(build)) {
      try {
        return { build, step: findStep(build, name) }
      } catch (error) {
        if (!(error instanceof NoSuchStep) || !this.#options.follow || build.status !== null) throw error
        if (!reported) this.#warn(`waiting: ${error.message}\n`)
        reported = true
      }
    }
  }

  #look(build: Build): Promise<Build> {
    const { client, signal } = this.#lookup
    const withoutEnd = {
      retries: Number.POSITIVE_INFINITY,
      onRetry: (failure: Error) => this.#reportLost(failure),
    }
    return client.showBuild(build.record_id, { signal, ...(this.#options.follow && withoutEnd) })
  }

  async #lookLater(build: Build): Promise<Build> {
    const { signal } = this.#lookup
    await sleep(LOOK_MS, undefined, { signal }).catch(() => signal.throwIfAborted())
    return this.#look(build)
  }

  /** Reports once that the connection is lost, until it is back. */
  #reportLost(failure: Error): void {
    if (!this.#isLost) this.#warn(`tailrace tail: ${failure.message}; trying again until it is back\n`)
    this.#isLost = true
  }

  #reportBack(): void {
    if (this.#isLost) this.#warn('tailrace tail: it is back\n')
    this.#isLost = false
  }
}

function stepOf(build: Build, stepId: number): Step | undefined {
  return build.steps.find(({ step_id }) => step_id === stepId)
}

/** Of a running build, the first step that is not done; of a finished one, the last with a log. */
function currentStep(build: Build): Step | undefined {
  const open = build.steps.find(({ state }) => state === 'running')
  const begun = build.steps.findLast(({ state }) => state !== 'waiting' && state !== 'skipped')
  const waiting = build.status === null ? build.steps.find(({ state }) => state === 'waiting') : undefined
  return open ?? (build.status === null ? (waiting ?? begun) : begun)
}

function endOf({ state, status }: Step): End {
  if (state === 'abandoned') return 'ABANDONED'
  return state === 'skipped' ? 'SKIPPED' : (status ?? undefined)
}
