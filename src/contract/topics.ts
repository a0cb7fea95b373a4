/** The chapters of the API document, in order. */
export const TOPICS = {
  logs: {
    name: 'Logs',
    description: 'Logs as pages and downloads, in the form that CodeArts Build clients read.',
  },
  builds: {
    name: 'Builds and jobs',
    description: 'Jobs and builds, in the form that CodeArts Build clients read.',
  },
  writing: {
    name: 'Writing',
    description: 'Create builds and steps, append to their logs, and finish them.',
  },
  reading: {
    name: 'Bytes, lines and events',
    description:
      "Tailrace's own way to read: byte ranges, lines, live events, searches, and lists with cursors.",
  },
  identity: { name: 'Identity', description: 'Tokens, temporary access keys and browser sessions.' },
  administration: {
    name: 'Administration',
    description: 'Projects, users, access keys, deletion and retention.',
  },
  operating: { name: 'Operating', description: 'Health, metrics and this document.' },
} as const

export type Topic = keyof typeof TOPICS
