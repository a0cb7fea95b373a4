import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { TerminalText, terminalText } from './terminal-text.ts'

const ESC = '\u001b'
const shown = (text: string, colors = true) => {
  const terminal = new TerminalText({ colors })
  return terminal.push(text) + terminal.end()
}

/** Text in which what terminals obey is common. */
const evil = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ESC,
        '[',
        ']',
        ';',
        ':',
        'm',
        'H',
        '8',
        '0',
        '31',
        '\r',
        '\n',
        '\t',
        '\u009b',
        '\u0007',
      ),
      fc.constantFrom(`${ESC}[31m`, `${ESC}[0m`, `${ESC}[2J`, `${ESC}]0;title\u0007`, `${ESC}[8m`, '\u202e'),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 30 },
  )
  .map(parts => parts.join(''))

describe('the text of a log on a terminal', () => {
  it('contains no control except tab, line feed and colors', () =>
    fc.assert(
      fc.property(evil, text => {
        const withoutColors = shown(text).replaceAll(/\u001b\[[0-9;:]*m/g, '')
        assert.doesNotMatch(withoutColors, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
        assert.doesNotMatch(shown(text, false), /\u001b/)
      }),
    ))

  it('is the same however it is cut', () =>
    fc.assert(
      fc.property(evil, fc.array(fc.nat(60)), fc.boolean(), (text, cuts, colors) => {
        const terminal = new TerminalText({ colors })
        let at = 0
        let chunks = ''
        for (const cut of [...cuts.sort((a, b) => a - b), text.length]) {
          chunks += terminal.push(text.slice(at, Math.max(at, cut)))
          at = Math.max(at, cut)
        }
        assert.equal(chunks + terminal.end(), shown(text, colors))
      }),
    ))

  it('leaves text without controls unchanged', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text => {
        fc.pre(
          !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(text),
        )
        assert.equal(shown(text), text)
      }),
    ))

  it('shows what would move the cursor, set a title, make a link or ask for an answer', () => {
    assert.equal(shown(`${ESC}[2J${ESC}[H`), '^[[2J^[[H')
    assert.equal(shown(`${ESC}]0;owned\u0007`), '^[]0;owned^G')
    assert.equal(shown(`${ESC}]8;;http://x${ESC}\\`), '^[]8;;http://x^[\\')
    assert.equal(shown(`${ESC}[6n${ESC}P\u009b1A`), '^[[6n^[P<U+009B>1A')
    assert.equal(shown('secret\rpublic'), 'secret^Mpublic')
    assert.equal(shown('a\b\b\u007f\u202e'), 'a^H^H^?<U+202E>')
  })

  it('keeps colors and resets them at the end, or removes them', () => {
    assert.equal(shown(`${ESC}[1;31mred${ESC}[0m\n`), `${ESC}[1;31mred${ESC}[0m\n`)
    assert.equal(shown(`${ESC}[38;5;8mgrey`), `${ESC}[38;5;8mgrey${ESC}[0m`)
    assert.equal(shown(`${ESC}[48;2;8;8;8mx${ESC}[m`), `${ESC}[48;2;8;8;8mx${ESC}[m`)
    assert.equal(shown(`${ESC}[31mred${ESC}[0m`, false), 'red')
  })

  it('shows concealed text, and sequences that are too long to be colors', () => {
    assert.equal(shown(`${ESC}[8mhidden`), '^[[8mhidden')
    assert.equal(shown(`${ESC}[38;5;1;08mhidden`), '^[[38;5;1;08mhidden')
    assert.equal(shown(`${ESC}[${'1;'.repeat(99)}m`), `^[[${'1;'.repeat(99)}m`)
  })

  it('ends lines at "\\r\\n" as at "\\n"', () => assert.equal(shown('a\r\nb\r\r\n'), 'a\nb^M\n'))

  it('is plain for names and messages', () => assert.equal(terminalText(`${ESC}[31mred`), 'red'))
})
