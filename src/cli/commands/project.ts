import { type CommandGroup, defineCommand } from '../command-line/command.ts'
import { administer } from '../connection/administration.ts'
import { CONNECTION_ENVIRONMENT, JSON_FLAG, PROFILE } from '../connection/connection-options.ts'
import { columns } from '../terminal/text.ts'

const OPTIONS = { json: JSON_FLAG, profile: PROFILE } as const

const list = defineCommand({
  name: 'list',
  summary: 'List your projects',
  description: 'List the projects that you belong to, with your roles in each.',
  arguments: {},
  options: OPTIONS,
  environment: CONNECTION_ENVIRONMENT,
  examples: [
    { line: 'tailrace project list', does: 'List your projects.' },
    { line: 'tailrace project list --json', does: 'List them as JSON.' },
  ],
  run: ({ options }, io) =>
    administer(io, options.json, async server => {
      const projects = await server.listProjects()
      const rows = projects.map(({ id, name, roles }) => [name, id, roles.join(',')])
      return { json: projects, text: columns([['NAME', 'ID', 'YOUR ROLES'], ...rows]) }
    }),
})

const create = defineCommand({
  name: 'create',
  summary: 'Create a project',
  description: 'Create a project in your domain. You become its admin. Requires the role admin.',
  arguments: { name: { name: 'NAME', help: 'The name of the project.' } },
  options: OPTIONS,
  environment: CONNECTION_ENVIRONMENT,
  examples: [
    { line: 'tailrace project create mobile', does: 'Create the project "mobile".' },
    { line: 'tailrace project create mobile --json', does: 'Create it, and print it as JSON.' },
  ],
  run: ({ options, args }, io) =>
    administer(io, options.json, async server => {
      const project = await server.createProject(args.name)
      return { json: project, text: `Project ${project.name} has id ${project.id}\n` }
    }),
})

export const command: CommandGroup = {
  name: 'project',
  summary: 'List and create projects',
  description: `Manage projects. A project contains jobs, builds and their logs, and users have
roles in it.`,
  actions: [list, create],
}
