/**
 * Draws docs/images/quick-start.svg, the picture of README.md: runs its commands against a
 * throw-away server, in a terminal as a person would, and draws what they print.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BOOTSTRAP, startServer } from '../test/props/server-process.ts'

const ROOT = join(import.meta.dirname, '..')
const TARGET = join(ROOT, 'docs/images/quick-start.svg')
const COLUMNS = 106
const COMMANDS = [
  `tailrace run --job nightly --step test -- sh -c 'echo "compiling"; echo "error: x.c:7" >&2; exit 2'`,
  'echo "exit code $?"',
  'tailrace builds nightly',
  'tailrace grep error nightly',
]

const CHARACTER_PX = 8.4
const LINE_PX = 19
const MARGIN_PX = 18
const COLORS = { background: '#16181d', text: '#d5d9e0', prompt: '#6fc28b', command: '#ffffff' }

/** What the commands print on a terminal, the commands among it. */
function record(url: string, ak: string, sk: string, directory: string): readonly string[] {
  const script = COMMANDS.map(
    command => `printf '$ %s\\n' '${command.replaceAll("'", `'\\''`)}'\n(exit $code)\n${command}\ncode=$?`,
  )
  const file = join(directory, 'script.sh')
  writeFileSync(file, ['code=0', ...script].join('\n'))
  const { stdout } = spawnSync('script', ['-qec', `sh ${file}`, '/dev/null'], {
    encoding: 'utf8',
    env: {
      PATH: `${join(ROOT, 'node_modules/.bin')}:${directory}:${process.env.PATH}`,
      HOME: directory,
      SHELL: '/bin/sh',
      TERM: 'xterm',
      NO_COLOR: '1',
      COLUMNS: String(COLUMNS),
      TAILRACE_URL: url,
      TAILRACE_AK: ak,
      TAILRACE_SK: sk,
    },
  })
  return stdout
    .split('\n')
    .map(line =>
      line
        .replace(/\r$/, '')
        .replace(/^.*\r/, '')
        .replaceAll(/\x1b\[[\d;?]*[A-Za-z]/g, ''),
    )
    .filter((line, index, lines) => line !== '' || index < lines.length - 1)
    .flatMap(line => line.match(new RegExp(`.{1,${COLUMNS}}`, 'gu')) ?? [''])
}

function draw(lines: readonly string[]): string {
  const width = Math.ceil(COLUMNS * CHARACTER_PX + 2 * MARGIN_PX)
  const height = lines.length * LINE_PX + 2 * MARGIN_PX
  const rows = lines.map((line, index) => {
    const y = MARGIN_PX + (index + 0.75) * LINE_PX
    const isCommand = line.startsWith('$ ')
    const fill = isCommand ? COLORS.command : COLORS.text
    const prompt = isCommand ? `<tspan fill="${COLORS.prompt}">$</tspan>` : ''
    return `<text x="${MARGIN_PX}" y="${y}" fill="${fill}">${prompt}${escaped(isCommand ? line.slice(1) : line)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>tailrace run, builds and grep in a terminal</title>
<rect width="100%" height="100%" rx="8" fill="${COLORS.background}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">
${rows.join('\n')}
</g>
</svg>
`
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0')

const directory = mkdtempSync(join(tmpdir(), 'tailrace-picture-'))
try {
  writeFileSync(join(directory, 'tailrace'), `#!/bin/sh\nexec node ${join(ROOT, 'bin/tailrace.js')} "$@"\n`, {
    mode: 0o755,
  })
  await using server = await startServer()
  const lines = record(server.url, BOOTSTRAP.ak, BOOTSTRAP.sk, directory)
  writeFileSync(TARGET, draw(lines))
  console.log(lines.join('\n'))
} finally {
  rmSync(directory, { recursive: true, force: true })
}
