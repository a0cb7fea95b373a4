/**
 * TypeScript source with some of its text blanked out; every other character keeps its line and
 * column.
 */
export interface BlankedSource {
  /** Comments are blanks. */
  readonly withoutComments: string
  /** Comments are blanks, and so are the contents of strings, templates and regular expressions. */
  readonly codeOnly: string
}

const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y
const STRING = /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y
const TEMPLATE_START = /`(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y
const TEMPLATE_REST = /\}(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y
const REGEXP = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const CODE = /[\w$]+|\s+|[\s\S]/y
/** A `/` after one of these divides; after anything else it begins a regular expression. */
const OPERAND_END = /^(?!(?:return|typeof|case|in|of|await|yield|void|delete)$)[\w$]+$|^[)\]}]$/

type Kind = 'comment' | 'text' | 'code'

/**
 * Blanks what is not code. It knows comments, strings, templates with the code nested in them, and
 * regular expressions: what a search for words and braces must not stumble over, and no more of the
 * language.
 */
export function blankSource(source: string): BlankedSource {
  const parts = { withoutComments: '', codeOnly: '' }
  const templates: number[] = []
  let depth = 0
  let before = ''
  for (let at = 0; at < source.length; ) {
    const inTemplate = source[at] === '}' && templates.at(-1) === depth
    const [kind, token] = readToken(source, at, inTemplate, before)
    if (inTemplate) templates.pop()
    if (kind === 'text' && token.endsWith('${')) templates.push(depth)
    if (token === '{') depth++
    if (token === '}') depth--
    parts.withoutComments += kind === 'comment' ? blank(token) : token
    parts.codeOnly += kind === 'code' ? token : blank(token)
    if (kind === 'text') before = ')'
    else if (kind === 'code' && token.trim() !== '') before = token
    at += token.length
  }
  return parts
}

function readToken(source: string, at: number, inTemplate: boolean, before: string): readonly [Kind, string] {
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at
    return pattern.exec(source)?.[0]
  }
  const comment = match(COMMENT)
  if (comment !== undefined) return ['comment', comment]
  const text =
    match(STRING) ??
    match(TEMPLATE_START) ??
    (inTemplate ? match(TEMPLATE_REST) : undefined) ??
    (OPERAND_END.test(before) ? undefined : match(REGEXP))
  return text === undefined ? ['code', match(CODE)!] : ['text', text]
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

/** The 1-based line of a place in a text. */
export function lineAt(text: string, at: number): number {
  let line = 1
  for (let i = text.indexOf('\n'); i !== -1 && i < at; i = text.indexOf('\n', i + 1)) line++
  return line
}
