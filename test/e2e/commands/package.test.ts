/** The package as others get it: packed, installed into an empty folder, and used there. */

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, test } from 'node:test'
import { BOOTSTRAP } from '../../props/server-process.ts'
import { pagePath } from '../../props/wire.ts'
import { startFixture } from '../fixture.ts'

const ROOT = join(import.meta.dirname, '../../..')
const NOT_COPIED = ['node_modules', '.git', 'dist', 'data']
const PROGRAM = /<!-- run as a program -->\n```ts\n(.*?)```/s
const README_PROGRAM = PROGRAM.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1] ?? ''
const CANNOT_FETCH = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTCACHED)\b/

const folder = mkdtempSync(join(tmpdir(), 'tailrace-package-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const app = join(folder, 'app')

/**
 * Without the variables that `npm test` sets: the Node of this machine comes first, and npm works
 * in `cwd`.
 */
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(TAILRACE_|npm_(package|lifecycle|command|execpath|config_local_prefix))/.test(name),
    ),
  ),
  PATH: (process.env.PATH ?? '')
    .split(delimiter)
    .filter(path => !path.includes('node_modules'))
    .join(delimiter),
}

const run = (cwd: string, command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/**
 * Packs a copy of the checkout; a build in the checkout itself would stay there. Resolves to the
 * paths in the package.
 */
function pack(): { tarball: string; paths: string[] } {
  const copy = join(folder, 'copy')
  mkdirSync(copy)
  cpSync(ROOT, copy, {
    recursive: true,
    filter: source => !NOT_COPIED.some(name => source === join(ROOT, name)),
  })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const [made] = JSON.parse(run(copy, 'npm', 'pack', '--json', '--silent', '--pack-destination', folder))
  return {
    tarball: join(folder, made.filename),
    paths: made.files.map(({ path }: { path: string }) => path),
  }
}

const { tarball, paths } = pack()

/** Why the package's dependencies cannot be had here, or undefined once all is installed. */
function whyNotInstalled(): string | undefined {
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }\n')
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries=1', tarball]
  const { status, stderr } = spawnSync('npm', args, { cwd: app, env, encoding: 'utf8' })
  if (status === 0) return undefined
  const [unreachable] = CANNOT_FETCH.exec(stderr) ?? []
  assert.ok(unreachable !== undefined, stderr)
  return `npm cannot fetch the dependencies: ${unreachable}`
}

const skip = whyNotInstalled() ?? false

test('holds what users need, and nothing else', () => {
  const own = paths.filter(path => !path.startsWith('dist/') && !path.startsWith('docs/'))
  assert.deepEqual(own.sort(), [
    'ARCHITECTURE.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'STYLE.md',
    'bin/tailrace.js',
    'deploy/tailrace.service',
    'package.json',
  ])
  for (const path of ['docs/operations.md', 'dist/cli/main.js', 'dist/client/index.d.ts'])
    assert.ok(paths.includes(path), path)
  assert.deepEqual(
    paths.filter(path => /\.test\.|conformance|[^d]\.ts$/.test(path)),
    [],
  )
})

test('holds what its README links to', () => {
  const links = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
  assert.ok(links.length > 4)
  for (const [, link = ''] of links)
    assert.ok(
      paths.some(path => path === link || path.startsWith(`${link}/`)),
      link,
    )
})

test('the command runs on any installed Node', { skip }, () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  assert.equal(run(app, 'npx', '--no-install', 'tailrace', '--version'), `tailrace ${version}\n`)
})

test('the installed server stores and serves logs, and the README’s program reads them in plain JavaScript', {
  skip,
}, async () => {
  // `startServer` appends `node bin/tailrace.js serve …`: the first two give way to the installed
  // command.
  const installed = `cd "$0" && shift 2 && PATH=$INSTALLED_PATH exec npx --no-install tailrace "$@"`
  const { server, caller } = await startFixture({
    under: ['sh', '-c', installed, app],
    env: { INSTALLED_PATH: env.PATH },
  })
  const build = await caller.newLog('one line\nand another\n')
  assert.equal((await caller.get(pagePath(build))).json().result.log, 'one line\nand another\n')
  // A thread of its own, whose file is found at run time.
  const search = `/api/v1/builds/${build.record_id}/steps/1/log/search?q=an.ther&regex=true`
  assert.match((await caller.get(search)).text, /and another/)
  // Another thread, which loads the script of the API reference from a dependency.
  assert.match((await caller.get('/docs/reference.js')).text, /createApiReference/)

  writeFileSync(join(app, 'follow.js'), README_PROGRAM)
  const { stdout, stderr } = spawnSync(process.execPath, ['follow.js'], {
    cwd: app,
    env: {
      ...env,
      TAILRACE_URL: server.url,
      TAILRACE_AK: BOOTSTRAP.ak,
      TAILRACE_SK: BOOTSTRAP.sk,
      TAILRACE_JOB_ID: build.job_id,
      TAILRACE_BUILD_NO: String(build.build_no),
    },
    encoding: 'utf8',
  })
  assert.equal(stdout, 'one line\nand another\n', stderr)
})

test('the client’s types resolve, accept the README’s program, and reject what the client does not accept', {
  skip,
}, () => {
  const compilerOptions = {
    module: 'nodenext',
    target: 'esnext',
    lib: ['esnext', 'dom'],
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    strict: true,
    noEmit: true,
  }
  writeFileSync(
    join(app, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['typed.ts', 'follow.ts', 'wrong.ts'] }),
  )
  writeFileSync(join(app, 'follow.ts'), README_PROGRAM)
  writeFileSync(
    join(app, 'typed.ts'),
    `import { type LogChunk, TailraceClient, type TailraceError } from 'tailrace/client'
    export async function texts(url: string, jobId: string): Promise<string[]> {
      const client = new TailraceClient({ url, credentials: { token: 'T' } })
      const found: LogChunk[] = []
      for await (const chunk of client.readLog({ jobId, buildNo: 1, stepId: 1 }, { follow: true })) found.push(chunk)
      // @ts-expect-error: text is a string
      const wrong: number = found[0]!.text
      // @ts-expect-error: there are no such credentials
      new TailraceClient({ url, credentials: { name: 'me' } })
      return found.map(({ text }) => text + wrong)
    }
    export const code = (error: TailraceError): string => error.code\n`,
  )
  const compile = () =>
    spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', app], { encoding: 'utf8' }).stdout
  writeFileSync(join(app, 'wrong.ts'), 'export {}\n')
  assert.equal(compile(), '')
  writeFileSync(
    join(app, 'wrong.ts'),
    `import { TailraceClient } from 'tailrace/client'
    new TailraceClient({ url: process.env.TAILRACE_URL, credentials: { token: 'T' } })\n`,
  )
  const errors = compile()
  assert.match(errors, /wrong\.ts.*Type 'string \| undefined' is not assignable to type 'string'/m)
  assert.doesNotMatch(errors, /HttpSender|overload/)
})
