/** How offsets of step pages are answered: numbers as in the seed's example, strings as in its table (docs/api.md §2). */
export type OffsetFormat = 'number' | 'string'
