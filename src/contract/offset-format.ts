/**
 * How pages of steps return offsets: as numbers or as strings. The documentation of CodeArts Build
 * shows both (docs/api.md §2).
 */
export type OffsetFormat = 'number' | 'string'
