import { join, relative } from 'node:path'
import { readApiDocs } from '../../contract/operations/operating/read-api-document.ts'
import { writeWholeFile } from '../../files/write-whole-file.ts'
import type { FirstCredentials } from '../../iam/bootstrap.ts'
import type { Config } from '../config/config.ts'

/**
 * Returns the text that `tailrace serve` prints once it accepts requests. After the first start on
 * an empty data directory the text also shows what was created, and how to store a first log; then
 * the credentials are written to a file, too. Rejects with the system's error if they cannot be.
 */
export async function banner(
  config: Config,
  url: string,
  first: FirstCredentials | undefined,
): Promise<string> {
  const docs = `${(config.publicUrl ?? url).replace(/\/+$/, '')}${readApiDocs.path}`
  const up = `Tailrace listens on ${url}\n${reachHint(config, url)}API reference: ${docs}\n`
  if (first === undefined) return `${up}Store: ${config.dataDirectory}\n${STOP}`
  if (!allGiven(config)) await writeCredentials(credentialsFile(config), config.publicUrl ?? url, first)
  return `${up}\n${describeFirst(config, first)}\n${firstSteps(config, url, first)}\n${STOP}`
}

const STOP = 'Press Ctrl-C to stop the server.\n'

/** A server that listens on all addresses assumes a URL that works only on its own machine. */
function reachHint({ host, publicUrl }: Config, url: string): string {
  if (publicUrl !== undefined || !(host === '0.0.0.0' || host === '::')) return ''
  return `Upload URLs in answers begin with ${url}. For clients on other machines, set --public-url (TAILRACE_PUBLIC_URL).\n`
}

function credentialsFile({ dataDirectory }: Config): string {
  return join(dataDirectory, 'credentials.env')
}

/** Secrets that were all given are neither shown nor written to a file. */
function allGiven({ bootstrap: { password, secretKey } }: Config): boolean {
  return password !== undefined && secretKey !== undefined
}

function variables(url: string, first: FirstCredentials): readonly (readonly [string, string])[] {
  return [
    ['TAILRACE_URL', url],
    ['TAILRACE_DOMAIN', first.domain],
    ['TAILRACE_PROJECT', first.project],
    ['TAILRACE_PROJECT_ID', first.projectId],
    ['TAILRACE_USER', first.user],
    ['TAILRACE_PASSWORD', first.password],
    ['TAILRACE_AK', first.accessKey],
    ['TAILRACE_SK', first.secretKey],
  ]
}

async function writeCredentials(file: string, url: string, first: FirstCredentials): Promise<void> {
  const lines = variables(url, first).map(([name, value]) => `export ${name}=${quote(value)}\n`)
  await writeWholeFile(
    file,
    `# Created by the first start of Tailrace. Store these somewhere safe, then delete this file.\n${lines.join('')}`,
    { mode: 0o600 },
  )
}

function describeFirst(config: Config, first: FirstCredentials): string {
  const lines = [
    `First start: created a store in ${config.dataDirectory}, with`,
    `  domain      ${first.domain}`,
    `  project     ${first.project}  (id ${first.projectId})`,
    `  admin       ${first.user}`,
  ]
  if (allGiven(config)) return [...lines, '  the password and access key that you set', ''].join('\n')
  return [
    ...lines,
    `  password    ${first.password}`,
    `  access key  ${first.accessKey}`,
    `  secret key  ${first.secretKey}`,
    `The credentials are not shown again. They are saved in ${shown(credentialsFile(config))}, which only`,
    'you can read. Store them somewhere safe, then delete the file.',
    '',
  ].join('\n')
}

/** Commands to paste into a second terminal. */
function firstSteps(config: Config, url: string, first: FirstCredentials): string {
  const credentials = allGiven(config)
    ? `export TAILRACE_URL=${config.publicUrl ?? url} TAILRACE_DOMAIN=${quote(first.domain)} TAILRACE_PROJECT=${quote(first.project)} TAILRACE_USER=${quote(first.user)}  # and TAILRACE_PASSWORD`
    : `. ${quote(shown(credentialsFile(config)))}`
  return `To store a first log and read it, run this in a second terminal in this directory:

  ${credentials}
  npx tailrace run --job hello -- sh -c 'echo Hello; date'
  npx tailrace get hello
`
}

/** The path as you would type it in this directory. */
function shown(file: string): string {
  const near = relative(process.cwd(), file)
  return near.startsWith('..') ? file : `./${near}`
}

function quote(text: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
