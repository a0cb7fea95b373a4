import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { closestWord } from './command-line/closest-word.ts'
import { main } from './main.ts'

const BIN = join(dirname(dirname(import.meta.dirname)), 'bin/tailrace.js')

const NAMES = 'serve run deliver login logout builds get tail grep import project user key completion'.split(
  ' ',
)

async function call(...args: string[]) {
  const said = { out: '', err: '' }
  const code = await main(args, {
    env: {},
    print(text) {
      said.out += text
    },
    warn(text) {
      said.err += text
    },
  })
  return { code, ...said }
}

describe('tailrace', () => {
  it('lists its commands', async () => {
    const { code, out } = await call('--help')
    assert.equal(code, 0)
    for (const name of NAMES) assert.match(out, new RegExp(`^ {2}${name} +\\w`, 'm'))
    assert.equal((await call()).code, 2)
  })

  it('shows help for each command', async () => {
    for (const name of NAMES)
      assert.match((await call(name, '--help')).out, new RegExp(`^Usage: tailrace ${name} `))
  })

  it('shows the same by "help COMMAND", and all commands by "help"', async () => {
    assert.deepEqual(await call('help', 'run'), await call('run', '--help'))
    assert.deepEqual(await call('help'), await call('--help'))
    assert.match((await call('help', 'help')).out, /^Usage: tailrace help /)
    assert.match((await call('help', 'rnu')).err, /did you mean "run"/)
    assert.equal((await call('help', 'run', 'get')).code, 2)
  })

  it('lists --profile in the help of each command that uses a server', async () => {
    const speaking = 'run deliver login logout builds get tail grep import project user key'.split(' ')
    for (const name of speaking) assert.match((await call(name, '--help')).out, /^ {2}--profile NAME /m, name)
  })

  it('suggests a command for one that is misspelled', async () => {
    const { code, err } = await call('delivr')
    assert.equal(code, 2)
    assert.match(err, /unknown command "delivr"; did you mean "deliver"\?/)
    assert.equal((await call('toString')).code, 2)
  })

  it('exits with 2 for wrong usage', async () => {
    const { code, err } = await call('deliver', '--nonsense')
    assert.equal(code, 2)
    assert.match(err, /^tailrace deliver: .*--nonsense/)
  })

  it('leaves the options of a command that it runs to that command', async () => {
    const { code, err } = await call('run', '--', 'make', '--help')
    assert.equal(code, 2)
    assert.match(err, /TAILRACE_URL/)
  })
})

describe('the closest word', () => {
  it('is the one with the fewest changes, or that begins so, or none', () => {
    const words = ['serve', 'run', 'deliver']
    assert.equal(closestWord('srve', words), 'serve')
    assert.equal(closestWord('rnu', words), 'run')
    assert.equal(closestWord('del', words), 'deliver')
    assert.equal(closestWord('projects', words), undefined)
  })

  it('counts two swapped letters as one change', () => {
    assert.equal(closestWord('gerp', ['get', 'grep']), 'grep')
    assert.equal(closestWord('dcotro', ['tail', 'doctor']), 'doctor')
  })
})

describe('bin/tailrace.js', () => {
  it('prints the version', () =>
    assert.match(execFileSync(process.execPath, [BIN, '--version']).toString(), /^tailrace \d+\.\d+\.\d+\n$/))

  const older = olderNode()
  it('restarts in the pinned Node when an older one starts it, and passes on the exit code', {
    skip: older === undefined && 'no older Node is on the PATH',
  }, () => {
    assert.match(execFileSync(older!, [BIN, '--version']).toString(), /^tailrace /)
    assert.equal(spawnSync(older!, [BIN, 'nonsense']).status, 2)
  })
})

/** A Node on the PATH that is too old for Tailrace but not for bin/tailrace.js. */
function olderNode(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map(folder => join(folder, 'node'))
    .find(path => {
      try {
        accessSync(path, constants.X_OK)
        const major = Number(/^v(\d+)/.exec(execFileSync(path, ['--version']).toString())?.[1])
        return major >= 20 && major < 26
      } catch {
        return false
      }
    })
}
