import { defineCommand } from '../command-line/command.ts'

export const command = defineCommand({
  name: 'completion',
  summary: 'Print a completion script for your shell',
  description: `Print a script that completes commands, options, and their values in your shell.
To load it in each shell:

  bash   source <(tailrace completion bash)      in ~/.bashrc
  zsh    source <(tailrace completion zsh)       in ~/.zshrc, after compinit
  fish   tailrace completion fish | source       in ~/.config/fish/config.fish`,
  arguments: { shell: { name: 'SHELL', choices: ['bash', 'zsh', 'fish'], help: 'Your shell.' } },
  options: {},
  examples: [
    { line: 'tailrace completion bash', does: 'Print the script for bash.' },
    { line: 'tailrace completion zsh', does: 'Print the script for zsh.' },
  ],
  async run({ args }, io, program) {
    const [{ COMPLETION_SCRIPTS }, { loadGroups }] = await Promise.all([
      import('../command-line/completion-scripts.ts'),
      import('../command-line/describe.ts'),
    ])
    const groups = await loadGroups(program)
    io.print(COMPLETION_SCRIPTS[args.shell](groups.flatMap(({ entries }) => entries)))
    return 0
  },
})
