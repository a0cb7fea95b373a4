/** Longer ones are no colours that a terminal would know. */
const COLOUR_MAX_CHARACTERS = 64
const ESCAPE = '\u001b'
const RESET = `${ESCAPE}[0m`

/** What a terminal would obey: a colour, the C0 and C1 controls but tab and line feed, DEL, and what turns the direction of text. */
const OBEYED =
  /\u001b\[[0-9;:]*m|\r\n|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
/** The beginning of what further text may make a colour or a line end. */
const UNDECIDED = /(?:\u001b(?:\[[0-9;:]*)?|\r)$/

/**
 * Makes the text of a log safe to show on a terminal, whatever it holds: colours (SGR of ECMA-48 §8.3.117, but not concealed text) stay or, where
 * none are wanted, are left out; any other control character is shown, `^[` for ESC, `<U+009B>` for those that have no such
 * name, so that no log moves the cursor, sets a title, asks the terminal to answer, or hides a line. The carriage return of a "\r\n" is left out.
 * How the text is cut into chunks changes nothing.
 */
export class TerminalText {
  readonly #colours: boolean
  #undecided = ''
  #coloured = false

  constructor(options: { readonly colours: boolean }) {
    this.#colours = options.colours
  }

  /** The next chunk of the text, shown as far as it is decided. */
  push(text: string): string {
    const all = this.#undecided + text
    const begun = UNDECIDED.exec(all)
    const held = begun !== null && begun[0].length <= COLOUR_MAX_CHARACTERS ? begun.index : all.length
    this.#undecided = all.slice(held)
    return this.#shown(all.slice(0, held))
  }

  /** The rest, and back to the terminal's own colours. */
  end(): string {
    const rest = this.#shown(this.#undecided)
    this.#undecided = ''
    const reset = this.#coloured ? RESET : ''
    this.#coloured = false
    return rest + reset
  }

  #shown(text: string): string {
    return text.replaceAll(OBEYED, found => {
      if (found === '\r\n') return '\n'
      if (found.length === 1) return shownControl(found)
      if (found.length > COLOUR_MAX_CHARACTERS || conceals(found)) return `^[${found.slice(1)}`
      if (!this.#colours) return ''
      this.#coloured = !/^\u001b\[0*m$/.test(found)
      return found
    })
  }
}

/** A whole text, without colours: a name or a message that others wrote. */
export function terminalText(text: string): string {
  const shown = new TerminalText({ colours: false })
  return shown.push(text) + shown.end()
}

function shownControl(character: string): string {
  const code = character.codePointAt(0)!
  if (code < 0x20 || code === 0x7f) return `^${String.fromCodePoint(code ^ 0x40)}`
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}

/** Parameter 8 hides text; in 38;5;8 and 48;2;8;8;8 it is a part of a colour. */
function conceals(colour: string): boolean {
  const parameters = colour
    .slice(2, -1)
    .replaceAll(/(?<![0-9:])(?:0*[345]8)(?:;0*5;[0-9]*|;0*2(?:;[0-9]*){3}|:[0-9:]*)/g, '')
    .split(/[;:]/)
  return parameters.some(parameter => /^0*8$/.test(parameter))
}
