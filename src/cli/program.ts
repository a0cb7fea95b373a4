import type { Program } from './command-line/command.ts'
import { PROGRAM_ENVIRONMENT } from './connection/connection-options.ts'
import { version } from './version.ts'

/** All commands. Each is imported when it is needed, so that `tailrace run` starts fast. */
export const PROGRAM: Program = {
  version: version(),
  environment: PROGRAM_ENVIRONMENT,
  groups: {
    'Write logs': {
      run: () => import('./commands/run.ts'),
      deliver: () => import('./commands/deliver.ts'),
      import: () => import('./commands/import.ts'),
    },
    'Read logs': {
      builds: () => import('./commands/builds.ts'),
      tail: () => import('./commands/tail.ts'),
      get: () => import('./commands/get.ts'),
      grep: () => import('./commands/grep.ts'),
    },
    'Manage access': {
      login: () => import('./commands/login.ts'),
      logout: () => import('./commands/logout.ts'),
      project: () => import('./commands/project.ts'),
      user: () => import('./commands/user.ts'),
      key: () => import('./commands/key.ts'),
    },
    'Operate a server': {
      serve: () => import('./commands/serve.ts'),
      doctor: () => import('./commands/doctor.ts'),
      backup: () => import('./commands/backup.ts'),
      restore: () => import('./commands/restore.ts'),
      offline: () => import('./commands/offline.ts'),
    },
    'Get help': {
      help: () => import('./commands/help.ts'),
      completion: () => import('./commands/completion.ts'),
    },
  },
}
