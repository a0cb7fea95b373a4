import { type Command, UsageError } from './command.ts'

const USAGE = `Usage: tailrace completion bash|zsh|fish

Prints a script that completes commands, their options and file names in this shell:

  bash   source <(tailrace completion bash)          in ~/.bashrc
  zsh    source <(tailrace completion zsh)           in ~/.zshrc, after compinit
  fish   tailrace completion fish | source           in ~/.config/fish/config.fish
`

/** A command as shells complete it. */
interface Completed {
  readonly name: string
  readonly summary: string
  /** Long options, and words that may stand first. */
  readonly words: readonly string[]
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
        Object.entries(all).map(async ([name, load]) => completed(name, (await load()).command)),
      )
      io.print(script(commands))
      return 0
    },
  }
}

/** The usage is where options and actions are told; so nothing can be forgotten here. */
function completed(name: string, { summary, usage }: Command): Completed {
  const options = [...usage.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option)
  const actions = [...usage.matchAll(new RegExp(`tailrace ${name} ([a-z]+)\\b(?!=)`, 'g'))].map(
    ([, word]) => word!,
  )
  const shells = name === 'completion' ? Object.keys(SHELLS) : []
  return { name, summary, words: [...new Set([...actions, ...shells, ...options, '--help', '--profile'])] }
}

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(({ name, words }) => `    ${name}) words='${words.join(' ')}' ;;\n`)
  return `_tailrace() {
  local words='' word=\${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then words='${commands.map(({ name }) => name).join(' ')} --help --version'
  else case \${COMP_WORDS[1]} in
${cases.join('')}    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _tailrace tailrace
`
}

function zsh(commands: readonly Completed[]): string {
  const described = commands.map(({ name, summary }) => `      '${name}:${quotedInside(summary)}'\n`)
  const cases = commands.map(({ name, words }) => `      ${name}) compadd -- ${words.join(' ')}; _files ;;\n`)
  return `#compdef tailrace
_tailrace() {
  if (( CURRENT == 2 )); then
    local -a commands
    commands=(
${described.join('')}    )
    _describe command commands
  else
    case $words[2] in
${cases.join('')}    esac
  fi
}
compdef _tailrace tailrace
`
}

function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, summary, words }) => [
    `complete -c tailrace -n __fish_use_subcommand -f -a ${name} -d '${quotedInside(summary)}'`,
    ...words.map(word => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`
      return `complete -c tailrace -n '__fish_seen_subcommand_from ${name}' ${what}`
    }),
  ])
  return `${lines.join('\n')}\n`
}

function quotedInside(text: string): string {
  return text.replaceAll("'", "'\\''")
}
