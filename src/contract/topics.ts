/** What operations are about: the parts of the API document, in their order. */
export const TOPICS = {
  logs: { name: 'Logs', description: 'Pages and files of logs, as clients of CodeArts Build read them.' },
  builds: { name: 'Builds and jobs', description: 'What CodeArts Build tells of jobs and builds.' },
  writing: { name: 'Writing', description: 'Builds and steps are made, their logs appended and finished.' },
  reading: {
    name: 'Bytes, lines and events',
    description: "Tailrace's own reads: ranges, lines, live events, searches, lists by cursors.",
  },
  identity: { name: 'Identity', description: 'Tokens, temporary keys, sessions of browsers.' },
  administration: { name: 'Administration', description: 'Projects, users, keys, deletion, retention.' },
  operating: { name: 'Operating', description: 'Health, figures, and this document.' },
} as const

export type Topic = keyof typeof TOPICS
