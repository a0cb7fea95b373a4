import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { PROGRAM } from '../program.ts'
import { leavesOf, loadGroups } from './describe.ts'
import { cliMarkdown, manPage } from './reference.ts'

const leaves = (await loadGroups(PROGRAM)).flatMap(({ entries }) => entries.flatMap(leavesOf))
const hasGroff = spawnSync('groff', ['--version']).status === 0

describe('the reference of the command line', () => {
  it('describes each command with its options, as Markdown', async () => {
    const page = await cliMarkdown(PROGRAM)
    const parts = page.split(/^##+ /m)
    for (const { call, command } of leaves) {
      const part = parts.find(text => text.startsWith(`tailrace ${call}\n`))
      assert.ok(part !== undefined, call)
      for (const name of Object.keys(command.options))
        assert.ok(part.includes(`--${name}`), `${call} --${name}`)
      for (const { line } of command.examples) assert.ok(part.includes(`\n${line}\n`))
    }
  })

  it('describes each command as a page for man', async () => {
    const page = await manPage(PROGRAM)
    assert.match(page, /^\.\\" Generated .*\n\.TH TAILRACE 1 "" "tailrace [0-9.]+"/)
    assert.match(page, /^\.SH NAME\ntailrace \\- /m)
    for (const { call } of leaves) assert.match(page, new RegExp(`^\\.SS tailrace ${call}\\b`, 'm'))
    for (const line of page.split('\n'))
      assert.doesNotMatch(line, /^['.](?!\\"|TH |SH |SS |PP$|TP$|B |I |RS$|RE$|nf$|fi$)/)
  })

  it('is a page that groff formats without warnings', {
    skip: !hasGroff && 'there is no groff',
  }, async () => {
    const format = (page: string) =>
      spawnSync('groff', ['-man', '-ww', '-Tutf8', '-P-bcou'], { input: page, encoding: 'utf8' })
    const { stdout, stderr } = format(await manPage(PROGRAM))
    assert.equal(stderr, '')
    assert.match(stdout, /tailrace run \[OPTION\]\.\.\. -- COMMAND \[ARGUMENT\]\.\.\./)
    assert.match(stdout, /Ctrl-\\ reach the command/)
    assert.notEqual(format('.TH X 1\n.NOSUCH\n').stderr, '')
  })
})
