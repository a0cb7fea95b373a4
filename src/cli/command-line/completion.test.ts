import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { main } from '../main.ts'

async function scriptFor(shell: string): Promise<string> {
  const printed: string[] = []
  const io = { env: {}, print: (text: string) => void printed.push(text), warn: () => {} }
  assert.equal(await main(['completion', shell], io), 0)
  return printed.join('')
}

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
const runIn = (program: string, args: readonly string[], input: string) =>
  spawnSync(program, args, { input, encoding: 'utf8' })

/**
 * The words before the cursor, and their completion in a folder with the file hello.log.
 */
const BY_FILES: readonly (readonly [words: readonly string[], completions: readonly string[]])[] = [
  [['get', 'he'], []],
  [['tail', 'he'], []],
  [['builds', 'he'], []],
  [['user', 'he'], []],
  [['get', '--level', 'he'], []],
  [['run', '--job', 'he'], []],
  [['get', '-o', 'he'], ['hello.log']],
  [['get', '--output', 'he'], ['hello.log']],
  [['serve', '--config', 'he'], ['hello.log']],
  [['import', 'he'], ['hello.log']],
  [['import', '--job', 'he'], []],
  [['backup', 'he'], ['hello.log']],
  [['backup', '--previous', 'he'], ['hello.log']],
  [['restore', 'he'], ['hello.log']],
  [['run', '--', 'cat', 'he'], ['hello.log']],
]

/** As bash parts --option=value. */
const IN_BASH: typeof BY_FILES = [
  [['get', '--output', '=', 'he'], ['hello.log']],
  [['get', '--output', '='], ['hello.log']],
  [['get', '--level', '=', 'he'], []],
]

describe('completion', () => {
  it('completes commands, actions and options in bash', async () => {
    const script = await scriptFor('bash')
    const complete = (...words: string[]) => {
      const line = words.map(word => `'${word}'`).join(' ')
      const call = `${script}\nCOMP_WORDS=(tailrace ${line}); COMP_CWORD=${words.length}; _tailrace; echo "\${COMPREPLY[*]}"`
      const { stdout, stderr } = runIn('bash', [], call)
      assert.equal(stderr, '')
      return stdout.trim().split(' ')
    }
    assert.deepEqual(complete('log'), ['login', 'logout'])
    assert.deepEqual(complete('tail', '--f'), ['--follow'])
    assert.deepEqual(complete('user', 'cr'), ['create'])
    assert.deepEqual(complete('completion', 'z'), ['zsh'])
    assert.deepEqual(complete('he'), ['help'])
    assert.deepEqual(complete('help', 'ge'), ['get'])
    assert.ok(complete('serve', '--').includes('--listen'))
  })

  for (const shell of ['bash', 'fish'] as const)
    it(`completes file names in ${shell} where a file is wanted, and nowhere else`, {
      skip: !has(shell) && `there is no ${shell}`,
    }, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tailrace-completion-'))
      try {
        writeFileSync(join(folder, 'hello.log'), '')
        const script = await scriptFor(shell)
        for (const [words, completions] of shell === 'bash' ? [...BY_FILES, ...IN_BASH] : BY_FILES) {
          const call =
            shell === 'bash'
              ? `COMP_WORDS=(tailrace ${words.join(' ')}); COMP_CWORD=${words.length}; _tailrace; printf '%s\\n' "\${COMPREPLY[@]}"`
              : `complete -C 'tailrace ${words.join(' ')}'`
          const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder }
          const { stdout } = spawnSync(shell, ['-c', `${script}\n${call}`], {
            cwd: folder,
            encoding: 'utf8',
            env,
          })
          const offered = stdout.split(/\s+/).filter(word => word !== '')
          assert.deepEqual(offered, completions, `${words.join(' ')}: ${stdout}`)
        }
      } finally {
        rmSync(folder, { recursive: true })
      }
    })

  it('completes file names in zsh where a file is wanted, and nowhere else', async () => {
    const parts = (await scriptFor('zsh')).split(/^ {6}(?=\w+\)$)/m)
    const part = (name: string) => parts.find(text => text.startsWith(`${name})`)) ?? ''
    assert.match(part('get'), /\(-o\|--output\) \]\]; then _files; return/)
    for (const name of ['get', 'tail', 'builds', 'user']) assert.doesNotMatch(part(name), /^ *_files$/m)
    for (const name of ['import', 'backup', 'restore']) assert.match(part(name), /^ *_files$/m)
  })

  for (const [shell, args] of [
    ['zsh', ['-n']],
    ['fish', ['--no-execute']],
  ] as const)
    it(`is a script that ${shell} reads`, { skip: !has(shell) && `there is no ${shell}` }, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tailrace-completion-'))
      try {
        const file = join(folder, `tailrace.${shell}`)
        writeFileSync(file, await scriptFor(shell))
        const { status, stderr } = spawnSync(shell, [...args, file], { encoding: 'utf8' })
        assert.equal(status, 0, stderr)
        writeFileSync(file, 'if (')
        assert.notEqual(spawnSync(shell, [...args, file]).status, 0)
      } finally {
        rmSync(folder, { recursive: true })
      }
    })

  it('names each command in every script', async () => {
    for (const shell of ['zsh', 'fish'])
      for (const name of ['serve', 'run', 'tail', 'import'])
        assert.match(await scriptFor(shell), new RegExp(name))
  })
})
