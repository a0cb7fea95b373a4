import { setTimeout as sleep } from 'node:timers/promises'
import type { LogOutput } from '../terminal/log-output.ts'
import { type Build, findBuild, findStep, type Lookup, NoSuchStep, nameOf, type Step } from './find-build.ts'

export interface TailOptions {
  readonly build: string
  readonly step: string | undefined
  readonly follow: boolean
  readonly json: boolean
  /** undefined: all. */
  readonly lastLines: number | undefined
}

/** How a step or build ended; `ABANDONED` when its writer fell silent, undefined when it has not ended. */
export type End = 'SUCCESS' | 'FAILURE' | 'ABORTED' | 'SKIPPED' | 'ABANDONED' | undefined

/** How often the state of a silent step or build is asked for. */
const LOOK_MS = 2_000

/** Shows the end of one step's log or, where none is named, of the build's steps one after the other. */
export class FollowedBuild {
  readonly #lookup: Lookup & { readonly signal: AbortSignal }
  readonly #options: TailOptions
  readonly #output: LogOutput
  readonly #complain: (text: string) => void
  #isCut = false

  constructor(
    lookup: Lookup & { readonly signal: AbortSignal },
    options: TailOptions,
    output: LogOutput,
    complain: (text: string) => void,
  ) {
    this.#lookup = lookup
    this.#options = options
    this.#output = output
    this.#complain = complain
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

  /** From the step that runs, or ran last, on. */
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
        this.#complain(`${nameOf(build)} has no log yet\n`)
        return undefined
      }
      const shownId: number = step?.step_id ?? 0
      build = await this.#look(build)
      const next = (one: Step) => one.step_id > shownId && one.state !== 'skipped'
      while (build.status === null && !build.steps.some(next)) build = await this.#lookLater(build)
      step = build.steps.find(next)
      if (step === undefined) return this.#tellBuild(build)
    }
  }

  /** Shows one log, and tells how its step ended. */
  async #showStep(build: Build, step: Step, lastLines: number | undefined): Promise<End> {
    const { follow, json } = this.#options
    const { signal, client } = this.#lookup
    const { step_id } = step
    if (this.#options.step === undefined && build.steps.length > 1)
      this.#complain(`==> ${step.step_id} (${step.name}) <==\n`)
    if (follow && step.state === 'waiting') this.#complain(`waiting for step ${step_id} (${step.name})\n`)
    let lookedMs = Date.now()
    const chunks = client.readLog(
      { jobId: build.job_id, buildNo: build.build_no, stepId: step_id },
      {
        follow,
        signal,
        ...(lastLines !== undefined && { lastLines }),
        ...(follow && { onRetry: (failure: Error) => this.#tellCut(failure) }),
        whileSilent: async () => {
          this.#tellBack()
          if (Date.now() - lookedMs < LOOK_MS) return true
          lookedMs = Date.now()
          return stepOf(await this.#look(build), step_id)?.state !== 'abandoned'
        },
      },
    )
    for await (const { start, end, text } of chunks) {
      this.#tellBack()
      await this.#output.write(json ? `${JSON.stringify({ step_id, start, end, text })}\n` : text)
    }
    await this.#output.end()
    return follow ? this.#tellStep(await this.#look(build), step_id) : undefined
  }

  async #tellStep(build: Build, stepId: number): Promise<End> {
    const step = stepOf(build, stepId)
    if (step === undefined) throw new Error(`step ${stepId} is gone`)
    const end = endOf(step)
    if (this.#options.json) {
      const { size, sha256 } = step
      await this.#output.write(`${JSON.stringify({ step_id: stepId, status: end ?? null, size, sha256 })}\n`)
    } else this.#complain(`step ${stepId} (${step.name}): ${end ?? step.state}\n`)
    return end
  }

  #tellBuild(build: Build): End {
    this.#complain(`${nameOf(build)}: ${build.status ?? 'not finished'}\n`)
    return build.status ?? undefined
  }

  /** Waits for a step that may still come. */
  async #awaitStep(first: Build, name: string): Promise<{ build: Build; step: Step }> {
    for (let build = first, told = false; ; build = await this.#lookLater(build)) {
      try {
        return { build, step: findStep(build, name) }
      } catch (error) {
        if (!(error instanceof NoSuchStep) || !this.#options.follow || build.status !== null) throw error
        if (!told) this.#complain(`waiting: ${error.message}\n`)
        told = true
      }
    }
  }

  #look(build: Build): Promise<Build> {
    const { client, signal } = this.#lookup
    const withoutEnd = {
      retries: Number.POSITIVE_INFINITY,
      onRetry: (failure: Error) => this.#tellCut(failure),
    }
    return client.showBuild(build.record_id, { signal, ...(this.#options.follow && withoutEnd) })
  }

  async #lookLater(build: Build): Promise<Build> {
    const { signal } = this.#lookup
    await sleep(LOOK_MS, undefined, { signal }).catch(() => signal.throwIfAborted())
    return this.#look(build)
  }

  /** Once for each time that the server is lost. */
  #tellCut(failure: Error): void {
    if (!this.#isCut) this.#complain(`tailrace tail: ${failure.message}; trying again until it is back\n`)
    this.#isCut = true
  }

  #tellBack(): void {
    if (this.#isCut) this.#complain('tailrace tail: it is back\n')
    this.#isCut = false
  }
}

function stepOf(build: Build, stepId: number): Step | undefined {
  return build.steps.find(({ step_id }) => step_id === stepId)
}

/** The first that is not done, of a running build; of a finished one the last that has a log. */
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
