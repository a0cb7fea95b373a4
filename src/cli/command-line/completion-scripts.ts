/** Scripts that complete `tailrace` in bash, zsh and fish, made from the declarations. */
import type { Argument, Entry, Option, Value } from './command.ts'
import { isGroup, PROFILES_CALL } from './command.ts'
import { leavesOf } from './describe.ts'

type Script = (entries: readonly Entry[]) => string

export const COMPLETION_SCRIPTS: Readonly<Record<'bash' | 'zsh' | 'fish', Script>> = { bash, zsh, fish }

/** What a shell offers for a value: names of files, what a call prints, or words. */
type Offer = 'files' | 'profiles' | readonly string[]

/** One option as a shell completes it. */
interface Completed {
  /** Both forms, with their dashes. */
  readonly forms: readonly string[]
  readonly option: Option
  /** undefined for a flag. */
  readonly offer: Offer | undefined
}

function offerOf({ completes, choices = [] }: Value): Offer {
  if (completes === 'file') return 'files'
  return completes === 'profile' ? 'profiles' : choices
}

function completedOptions(entry: Entry): readonly Completed[] {
  const options: Record<string, Option> = Object.assign(
    {},
    ...leavesOf(entry).map(({ command }) => command.options),
  )
  const all = Object.entries(options).map(([name, option]) => ({
    forms: [...(option.short === undefined ? [] : [`-${option.short}`]), `--${name}`],
    option,
    offer: option.value === undefined ? undefined : offerOf(option),
  }))
  return [...all, { forms: ['--help'], option: { help: 'Show help' }, offer: undefined }]
}

const argumentsOf = (entry: Entry): readonly Argument[] =>
  leavesOf(entry).flatMap(({ command }) => Object.values(command.arguments))

/** Words that may come first after the command's name: its actions, and choices of arguments. */
function firstWords(entry: Entry, all: readonly Entry[]): readonly string[] {
  if (isGroup(entry)) return entry.actions.map(({ name }) => name)
  return argumentsOf(entry).flatMap(({ completes, choices = [] }) =>
    completes === 'command' ? all.map(({ name }) => name) : choices,
  )
}

const takesFiles = (entry: Entry) => argumentsOf(entry).some(({ completes }) => completes === 'file')
const runsCommand = (entry: Entry) => argumentsOf(entry).some(({ afterDashes }) => afterDashes)

function wordsOf(entry: Entry, all: readonly Entry[]): string {
  return [...firstWords(entry, all), ...completedOptions(entry).map(({ forms }) => forms.at(-1))].join(' ')
}

function bash(entries: readonly Entry[]): string {
  const cases = entries.map(entry => {
    const values = completedOptions(entry).flatMap(({ forms, offer }) =>
      offer === undefined ? [] : [`        ${forms.join('|')}) ${bashOffer(offer)} ;;\n`],
    )
    const files = takesFiles(entry) ? ' files=yes' : ''
    const nested = values.length === 0 ? '' : `\n      case $before in\n${values.join('')}      esac`
    const dashes = runsCommand(entry)
      ? `\n      case " \${COMP_WORDS[*]:0:COMP_CWORD} " in *' -- '*) words='' files=yes ;; esac`
      : ''
    return `    ${entry.name})\n      words='${wordsOf(entry, entries)}'${files}${nested}${dashes} ;;\n`
  })
  return `_tailrace() {
  local IFS=$' \\t\\n' words='' files='' word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  # Of --option=value, bash makes three words.
  if [ "$before" = = ]; then before=\${COMP_WORDS[COMP_CWORD-2]}; elif [ "$word" = = ]; then word=''; fi
  if [ "$COMP_CWORD" -eq 1 ]; then words='${entries.map(({ name }) => name).join(' ')} --help --version'
  else case \${COMP_WORDS[1]} in
${cases.join('')}    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [ -n "$files" ]; then
    IFS=$'\\n'
    COMPREPLY+=($(compgen -f -- "$word"))
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _tailrace tailrace
`
}

function bashOffer(offer: Offer): string {
  if (offer === 'files') return `words='' files=yes`
  const words =
    offer === 'profiles' ? `$("\${COMP_WORDS[0]}" ${PROFILES_CALL} 2>/dev/null)` : `'${offer.join(' ')}'`
  return `words=${words} files=''`
}

function zsh(entries: readonly Entry[]): string {
  const described = entries.map(({ name, summary }) => `      '${name}:${quotedInside(summary)}'\n`)
  return `#compdef tailrace
_tailrace() {
  local before=$words[CURRENT-1] dashes=$words[(i)--]
  if (( CURRENT == 2 )); then
    local -a commands
    commands=(
${described.join('')}    )
    _describe command commands
  else
    case $words[2] in
${entries.map(entry => zshCase(entry, entries)).join('')}    esac
  fi
}
compdef _tailrace tailrace
`
}

function zshCase(entry: Entry, all: readonly Entry[]): string {
  const steps = [
    ...(runsCommand(entry)
      ? ['if (( CURRENT > dashes )); then shift dashes words; (( CURRENT -= dashes )); _normal; return; fi']
      : []),
    ...completedOptions(entry).flatMap(({ forms, offer }) =>
      offer === undefined ? [] : zshValue(`(${forms.join('|')})`, offer),
    ),
    `compadd -- ${wordsOf(entry, all)}`,
    ...(takesFiles(entry) ? ['_files'] : []),
  ]
  return `      ${entry.name})\n${steps.map(step => `        ${step}\n`).join('')}        ;;\n`
}

function zshValue(forms: string, offer: Offer): readonly string[] {
  const words =
    offer === 'profiles' ? `\${(f)"$($words[1] ${PROFILES_CALL} 2>/dev/null)"}` : [...offer].join(' ')
  const act = offer === 'files' ? '_files; ' : words === '' ? '' : `compadd -- ${words}; `
  return [
    ...(act === '' ? [] : [`if compset -P '${forms}='; then ${act}return; fi`]),
    `if [[ $before == ${forms} ]]; then ${act}return; fi`,
  ]
}

function fish(entries: readonly Entry[]): string {
  const lines = entries.flatMap(entry => {
    const { name, summary } = entry
    const inside = `complete -c tailrace -n '__fish_seen_subcommand_from ${name}'`
    return [
      `complete -c tailrace -n __fish_use_subcommand -a ${name} -d '${quotedInside(summary)}'`,
      ...firstWords(entry, entries).map(word => `${inside} -a ${word}`),
      ...completedOptions(entry).map(({ forms, option, offer }) => {
        const short = option.short === undefined ? '' : ` -s ${option.short}`
        const long = forms.at(-1)!.slice(2)
        return `${inside}${short} -l ${long}${fishOffer(offer)} -d '${quotedInside(firstSentence(option.help))}'`
      }),
      ...(takesFiles(entry) || runsCommand(entry) ? [`${inside} -F`] : []),
    ]
  })
  return `complete -c tailrace -f
${lines.join('\n')}
`
}

function fishOffer(offer: Offer | undefined): string {
  if (offer === undefined) return ''
  if (offer === 'files') return ' -r -F'
  const words = offer === 'profiles' ? `(tailrace ${PROFILES_CALL} 2>/dev/null)` : offer.join(' ')
  return words === '' ? ' -x' : ` -x -a '${words}'`
}

function firstSentence(text: string): string {
  return text.split(/[.;:] /)[0]!
}

function quotedInside(text: string): string {
  return text.replaceAll("'", "'\\''")
}
