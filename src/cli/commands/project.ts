import type { Command } from '../command-line/command.ts'
import { type Action, CONNECTION_USAGE, columns, runAction } from '../connection/administration.ts'

const USAGE = `Usage: tailrace project list
       tailrace project create NAME

Lists the projects to which you belong, or makes another one, of which you are the admin.

${CONNECTION_USAGE}`

const ACTIONS: Readonly<Record<string, Action>> = {
  list: {
    arguments: [],
    async run({ server }) {
      const projects = await server.listProjects()
      const rows = projects.map(({ id, name, roles }) => [name, id, roles.join(',')])
      return { json: projects, text: columns([['NAME', 'ID', 'YOUR ROLES'], ...rows]) }
    },
  },
  create: {
    arguments: ['NAME'],
    async run({ server, args: [name = ''] }) {
      const project = await server.createProject(name)
      return { json: project, text: `Project ${project.name} has id ${project.id}\n` }
    },
  },
}

export const command: Command = {
  summary: 'List and create projects',
  usage: USAGE,
  run: (args, io) => runAction(ACTIONS, args, io),
}
