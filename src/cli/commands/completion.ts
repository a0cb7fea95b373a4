import { type Command, UsageError } from '../command-line/command.ts'

const USAGE = `Usage: tailrace completion bash|zsh|fish

Prints a script that completes commands and their options in this shell, and file names where files are wanted:

  bash   source <(tailrace completion bash)          in ~/.bashrc
  zsh    source <(tailrace completion zsh)           in ~/.zshrc, after compinit
  fish   tailrace completion fish | source           in ~/.config/fish/config.fish
`

/** A command as shells complete it. */
interface Completed {
  readonly name: string
  readonly summary: string
  /** Words that may stand first. */
  readonly actions: readonly string[]
  readonly options: readonly Option[]
  readonly takesFiles: boolean
  /** After "--" stands another command with its arguments. */
  readonly runsCommand: boolean
}

interface Option {
  /** With its dashes, as the short form. */
  readonly long: string
  readonly short: string | undefined
  readonly value: 'none' | 'path' | 'other'
}

/** What stands behind these is told by no usage. */
const NAMED: Readonly<Record<string, (commands: Commands) => readonly string[]>> = {
  completion: () => Object.keys(SHELLS),
  help: Object.keys,
}

const SHELLS: Readonly<Record<string, (commands: readonly Completed[]) => string>> = { bash, zsh, fish }

type Commands = Readonly<Record<string, () => Promise<{ readonly command: Command }>>>

/** The command, for all commands that there are. */
export function completionOf(all: Commands): Command {
  return {
    summary: 'Print what makes a shell complete commands',
    usage: USAGE,
    async run(args, io) {
      const [shell = '', ...others] = args
      const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined
      if (script === undefined || others.length > 0)
        throw new UsageError(`say for which shell: ${Object.keys(SHELLS).join(', ')}`)
      const commands = await Promise.all(
        Object.entries(all).map(async ([name, load]) =>
          completed(name, (await load()).command, NAMED[name]?.(all) ?? []),
        ),
      )
      io.print(script(commands))
      return 0
    },
  }
}

/** The usage is where options, actions and arguments are told; so nothing can be forgotten here. */
function completed(name: string, { summary, usage }: Command, more: readonly string[]): Completed {
  const [, forms = ''] = /^Usage: ((?:tailrace .*\n\s*)+)/.exec(usage) ?? []
  const actions = [...forms.matchAll(new RegExp(`tailrace ${name} ([a-z]+)\\b(?!=)`, 'g'))].map(
    ([, word]) => word!,
  )
  const operands = forms.replaceAll(/\[[^\]]*\]|--?[a-z][a-z-]* [A-Z]+/g, '')
  return {
    name,
    summary,
    actions: [...new Set([...actions, ...more])],
    options: optionsOf(usage),
    takesFiles: /\b(FILE|TARGET|BACKUP)\b/.test(operands),
    runsCommand: / -- COMMAND\b/.test(forms),
  }
}

const VALUE = / ([A-Z][A-Z_]*)\b/

function optionsOf(usage: string): readonly Option[] {
  const names = new Set([...usage.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option))
  return [...names.add('--help')].map(long => {
    const values = [...usage.matchAll(new RegExp(`${long}(?![a-z-])${VALUE.source}`, 'g'))]
    const isPath = values.some(([, word = '']) => /^(FILE|DIR|BACKUP)$/.test(word))
    const short = new RegExp(`(-[a-zA-Z]), ${long}\\b`).exec(usage)?.[1]
    return { long, short, value: isPath ? 'path' : values.length > 0 ? 'other' : 'none' }
  })
}

const wordsOf = ({ actions, options }: Completed) => [...actions, ...options.map(({ long }) => long)]

/** Both forms of the options that have such a value. */
function optionsWith({ options }: Completed, value: Option['value']): readonly string[] {
  return options
    .filter(one => one.value === value)
    .flatMap(({ long, short }) => (short === undefined ? [long] : [short, long]))
}

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(command => {
    const [paths, others] = [optionsWith(command, 'path'), optionsWith(command, 'other')]
    const files = command.takesFiles ? ' files=yes' : ''
    const runs = command.runsCommand ? ' runs=yes' : ''
    return `    ${command.name}) words='${wordsOf(command).join(' ')}' paths='${paths.join(' ')}' others='${others.join(' ')}'${files}${runs} ;;\n`
  })
  return `_tailrace() {
  local IFS=$' \\t\\n' words='' paths='' others='' files='' runs='' word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  # Of --option=value, bash makes three words.
  if [ "$before" = = ]; then before=\${COMP_WORDS[COMP_CWORD-2]}; elif [ "$word" = = ]; then word=''; fi
  if [ "$COMP_CWORD" -eq 1 ]; then words='${commands.map(({ name }) => name).join(' ')} --help --version'
  else case \${COMP_WORDS[1]} in
${cases.join('')}    esac
  fi
  if [ -n "$runs" ]; then case " \${COMP_WORDS[*]:0:COMP_CWORD} " in *' -- '*) words='' paths='' others='' files=yes ;; esac; fi
  case " $others " in *" $before "*) COMPREPLY=(); return ;; esac
  case " $paths " in *" $before "*) words='' files=yes ;; esac
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

function zsh(commands: readonly Completed[]): string {
  const described = commands.map(({ name, summary }) => `      '${name}:${quotedInside(summary)}'\n`)
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
${commands.map(zshCase).join('')}    esac
  fi
}
compdef _tailrace tailrace
`
}

function zshCase(command: Completed): string {
  const [paths, others] = [optionsWith(command, 'path'), optionsWith(command, 'other')]
  const steps = [
    ...(command.runsCommand
      ? ['if (( CURRENT > dashes )); then shift dashes words; (( CURRENT -= dashes )); _normal; return; fi']
      : []),
    ...(paths.length === 0
      ? []
      : [
          `if compset -P '(${paths.join('|')})='; then _files; return; fi`,
          `if [[ $before == (${paths.join('|')}) ]]; then _files; return; fi`,
        ]),
    ...(others.length === 0 ? [] : [`if [[ $before == (${others.join('|')}) ]]; then return; fi`]),
    `compadd -- ${wordsOf(command).join(' ')}`,
    ...(command.takesFiles ? ['_files'] : []),
  ]
  return `      ${command.name})\n${steps.map(step => `        ${step}\n`).join('')}        ;;\n`
}

function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, summary, actions, options, takesFiles, runsCommand }) => {
    const inside = `complete -c tailrace -n '__fish_seen_subcommand_from ${name}'`
    return [
      `complete -c tailrace -n __fish_use_subcommand -a ${name} -d '${quotedInside(summary)}'`,
      ...actions.map(word => `${inside} -a ${word}`),
      ...options.map(({ long, short, value }) => {
        const shortForm = short === undefined ? '' : ` -s ${short.slice(1)}`
        return `${inside}${shortForm} -l ${long.slice(2)}${{ none: '', path: ' -r -F', other: ' -x' }[value]}`
      }),
      ...(takesFiles || runsCommand ? [`${inside} -F`] : []),
    ]
  })
  return `complete -c tailrace -f
${lines.join('\n')}
`
}

function quotedInside(text: string): string {
  return text.replaceAll("'", "'\\''")
}
