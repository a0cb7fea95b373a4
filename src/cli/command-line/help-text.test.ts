import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { PROGRAM } from '../program.ts'
import type { Entry } from './command.ts'
import { isGroup } from './command.ts'
import { type Leaf, leavesOf, loadGroups } from './describe.ts'
import { findCommand } from './find-command.ts'
import { helpText, overviewText } from './help-text.ts'
import { parseCommandLine } from './parse.ts'

const WIDTH = 80

let entries: readonly Entry[]
let leaves: readonly Leaf[]
before(async () => {
  entries = (await loadGroups(PROGRAM)).flatMap(group => group.entries)
  leaves = entries.flatMap(entry => leavesOf(entry))
})

/** The words of a line as a shell splits it; knows single and double quotes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replaceAll(/["']/g, ''))
}

describe('help', () => {
  it('is at most 80 columns wide', async () => {
    const pages = [
      await overviewText(PROGRAM),
      ...entries.map(entry => helpText(entry.name, entry)),
      ...leaves.map(({ call, command }) => helpText(call, command)),
    ]
    assert.ok(pages.length > 20)
    for (const line of pages.join('').split('\n')) assert.ok(line.length <= WIDTH, line)
  })

  it('has at least two examples of each command, and each one parses', async () => {
    assert.ok(leaves.length > entries.length)
    for (const { call, command } of leaves) {
      assert.ok(command.examples.length >= 2, call)
      for (const { line, does } of command.examples) {
        const [program, ...words] = wordsOf(line)
        assert.equal(program, 'tailrace')
        const found = await findCommand(PROGRAM, words)
        assert.equal(found.call, call, line)
        assert.ok(parseCommandLine(call, command, found.rest, {}))
        assert.match(does, /^[A-Z].*\.$/)
      }
    }
  })

  it('describes each command and option in the same form', () => {
    for (const entry of [...entries, ...leaves.map(({ command }) => command)]) {
      assert.match(entry.summary, /^[A-Z].*[^.]$/)
      assert.match(entry.description, /^[A-Z][\s\S]*[.\w]$/)
      if (isGroup(entry)) continue
      for (const { help } of Object.values(entry.options)) assert.match(help, /^\S.*[^.]$/, entry.name)
      for (const { help } of Object.values(entry.arguments)) assert.match(help, /\.$/, entry.name)
    }
  })

  it('names the command as its file is named', () => {
    const names = Object.values(PROGRAM.groups).flatMap(group => Object.keys(group))
    assert.deepEqual(
      entries.map(({ name }) => name),
      names,
    )
  })
})
