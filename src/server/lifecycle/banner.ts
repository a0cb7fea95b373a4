import { join, relative } from 'node:path'
import { readApiDocs } from '../../contract/operations/operating/read-api-document.ts'
import { writeWholeFile } from '../../files/write-whole-file.ts'
import type { FirstCredentials } from '../../iam/bootstrap.ts'
import type { Config } from '../config/config.ts'

/** What a person reads when the server is up; after the first start on an empty data directory also what was made, and how to go on. */
export async function greeting(
  config: Config,
  url: string,
  first: FirstCredentials | undefined,
): Promise<string> {
  const docs = `${(config.publicUrl ?? url).replace(/\/+$/, '')}${readApiDocs.path}`
  const up = `Tailrace listens on ${url}\n${reachHint(config, url)}The API on a page: ${docs}\n`
  if (first === undefined) return `${up}The store is ${config.dataDirectory}. Ctrl-C stops.\n`
  const made = await introduce(config, url, first)
  return `${up}${made}\n${firstSteps(config, url, first)}\nCtrl-C stops.\n`
}

/** Nobody but this machine can use an address that the server only guessed. */
function reachHint({ host, publicUrl }: Config, url: string): string {
  if (publicUrl !== undefined || !(host === '0.0.0.0' || host === '::')) return ''
  return `Answers name ${url} as the address for uploads: for other machines set --public-url (TAILRACE_PUBLIC_URL).\n`
}

/**
 * Tells once what the first start made. The secrets that the server made up are also written to a file that only its
 * owner reads; when all were given, they are neither shown nor written.
 */
async function introduce(config: Config, url: string, first: FirstCredentials): Promise<string> {
  if (!allGiven(config)) await writeCredentials(credentialsFile(config), config.publicUrl ?? url, first)
  return describeFirst(config, first)
}

function credentialsFile({ dataDirectory }: Config): string {
  return join(dataDirectory, 'credentials.env')
}

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
    `# Made by the first start of Tailrace. Keep these elsewhere and delete this file.\n${lines.join('')}`,
    { mode: 0o600 },
  )
}

function describeFirst(config: Config, first: FirstCredentials): string {
  const lines = [
    `First start: a new store in ${config.dataDirectory}, with`,
    `  domain      ${first.domain}`,
    `  project     ${first.project}  (id ${first.projectId})`,
    `  admin       ${first.user}`,
  ]
  if (allGiven(config))
    return [...lines, '  password and access key as given in TAILRACE_BOOTSTRAP_*', ''].join('\n')
  return [
    ...lines,
    `  password    ${first.password}`,
    `  access key  ${first.accessKey}`,
    `  secret key  ${first.secretKey}`,
    `The secrets are shown this once. They also stand in ${shown(credentialsFile(config))} (mode 0600): delete it when you keep them elsewhere.`,
    '',
  ].join('\n')
}

/** Lines to paste into a second terminal, in the same directory. */
function firstSteps(config: Config, url: string, first: FirstCredentials): string {
  const credentials = allGiven(config)
    ? `export TAILRACE_URL=${config.publicUrl ?? url} TAILRACE_DOMAIN=${quote(first.domain)} TAILRACE_PROJECT=${quote(first.project)} TAILRACE_USER=${quote(first.user)}  # and TAILRACE_PASSWORD, as you chose it`
    : `. ${quote(shown(credentialsFile(config)))}`
  return `Send a first log, from a second terminal in this directory:

  ${credentials}
  npx tailrace run --job hello --ids hello.ids -- sh -c 'echo Hello; date'

and read it back, a page of it and the whole:

  . ./hello.ids
  TOKEN=$(curl -s -o /dev/null -D - "$TAILRACE_URL/v3/auth/tokens" -H 'Content-Type: application/json' -d '{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"'"$TAILRACE_USER"'","password":"'"$TAILRACE_PASSWORD"'","domain":{"name":"'"$TAILRACE_DOMAIN"'"}}}},"scope":{"project":{"name":"'"$TAILRACE_PROJECT"'"}}}}' | tr -d '\\r' | sed -n 's/^x-subject-token: //Ip')
  curl -H "X-Auth-Token: $TOKEN" "$TAILRACE_URL/v1/log/task/step?job_id=$TAILRACE_JOB_ID&build_no=$TAILRACE_BUILD_NO&step_id=1&start_offset=0&end_offset=0&size=1000"; echo
  curl -H "X-Auth-Token: $TOKEN" "$TAILRACE_URL/v4/$TAILRACE_RECORD_ID/task-log?task_name=stage1"
`
}

/** The path as a person in this directory would type it. */
function shown(file: string): string {
  const near = relative(process.cwd(), file)
  return near.startsWith('..') ? file : `./${near}`
}

function quote(text: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
