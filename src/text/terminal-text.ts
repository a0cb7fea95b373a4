/** No terminal knows a longer color sequence. */
const COLOR_MAX_CHARACTERS = 64
const ESCAPE = '\u001b'
const RESET = `${ESCAPE}[0m`

/**
 * What would act on a terminal: colors, C0 and C1 controls except tab and line feed, DEL, and
 * characters that change the direction of text.
 */
const OBEYED =
  /\u001b\[[0-9;:]*m|\r\n|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
/** The beginning of a possible color or line end. */
const UNDECIDED = /(?:\u001b(?:\[[0-9;:]*)?|\r)$/

/**
 * Makes the text of a log safe for a terminal, whatever chunks it comes in. Colors (SGR, ECMA-48
 * §8.3.117) stay, or are removed if they are not wanted; concealed text is shown. Any other control
 * character becomes visible: `^[` for ESC, `<U+009B>` for those without such a name. So no log can
 * move the cursor, set a title, make the terminal answer, or hide a line. The carriage return of
 * "\r\n" is removed.
 */
export class TerminalText {
  readonly #colors: boolean
  #undecided = ''
  #colored = false

  constructor(options: { readonly colors: boolean }) {
    this.#colors = options.colors
  }

  /** Feeds the next chunk. Returns the safe text that is certain so far. */
  push(text: string): string {
    const all = this.#undecided + text
    const begun = UNDECIDED.exec(all)
    const held = begun !== null && begun[0].length <= COLOR_MAX_CHARACTERS ? begun.index : all.length
    this.#undecided = all.slice(held)
    return this.#shown(all.slice(0, held))
  }

  /**
   * Ends the text. Returns the rest, and resets the terminal's colors if the text changed them.
   */
  end(): string {
    const rest = this.#shown(this.#undecided)
    this.#undecided = ''
    const reset = this.#colored ? RESET : ''
    this.#colored = false
    return rest + reset
  }

  #shown(text: string): string {
    return text.replaceAll(OBEYED, found => {
      if (found === '\r\n') return '\n'
      if (found.length === 1) return shownControl(found)
      if (found.length > COLOR_MAX_CHARACTERS || conceals(found)) return `^[${found.slice(1)}`
      if (!this.#colors) return ''
      this.#colored = !/^\u001b\[0*m$/.test(found)
      return found
    })
  }
}

/** Makes a whole text safe and removes its colors, for a name or message from elsewhere. */
export function terminalText(text: string): string {
  const shown = new TerminalText({ colors: false })
  return shown.push(text) + shown.end()
}

function shownControl(character: string): string {
  const code = character.codePointAt(0)!
  if (code < 0x20 || code === 0x7f) return `^${String.fromCodePoint(code ^ 0x40)}`
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}

/** Whether the sequence hides text: parameter 8, but not as a part of a color such as 38;5;8. */
function conceals(color: string): boolean {
  const parameters = color
    .slice(2, -1)
    .replaceAll(/(?<![0-9:])(?:0*[345]8)(?:;0*5;[0-9]*|;0*2(?:;[0-9]*){3}|:[0-9:]*)/g, '')
    .split(/[;:]/)
  return parameters.some(parameter => /^0*8$/.test(parameter))
}
