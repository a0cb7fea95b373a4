import fc from 'fast-check'

/** Texts for parameters and parts of paths. */
export const oddText = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1',
    '1.5',
    '1e3',
    '0x10',
    'NaN',
    'true',
    'null',
    '%00',
    '..',
    "'",
    '{}',
    '[]',
    'stage1',
    'DESC',
    'AES',
    '9007199254740993',
    '99999999999999999999',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.stringMatching(/^[0-9a-z]{32}$/),
  fc.uuid(),
)

/** Values of another type, size or alphabet than a body's part should have. */
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1.5,
    1e300,
    Number.MAX_SAFE_INTEGER,
    '',
    ' ',
    [],
    {},
    [[[[]]]],
    { id: {} },
    '\u0000',
    '\ud800',
    '\u202e',
    'x'.repeat(129),
    'x'.repeat(70_000),
    Array.from({ length: 10_001 }, () => ({})),
  ),
  fc.jsonValue(),
)

/** Bodies that need not be JSON. */
export const oddBody = fc.oneof(
  fc.json(),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    '\ufeff{}',
    '{"__proto__":{"a":1}}',
    '{"constructor":{"prototype":{"a":1}}}',
    '[',
    '{"status":[]}',
    '{"status":"SUCCESS","status":1}',
    '{"steps":[{"name":{}}]}',
    '{"job_name":"x","steps":null}',
    `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
    `{"job_name":"${'x'.repeat(200_000)}"}`,
    `"${'x'.repeat(1_100_000)}"`,
  ),
)

/** The JSON of a good body with one of its parts, at any depth, replaced or left out. */
export function spoilt(json: string): fc.Arbitrary<string> {
  const places = placesOf(JSON.parse(json))
  return fc
    .tuple(fc.constantFrom(...places), fc.option(oddValue, { nil: undefined }))
    .map(([place, value]) => {
      const whole = { root: JSON.parse(json) }
      let at: Record<string, unknown> = whole
      for (const name of place.slice(0, -1)) at = at[name] as Record<string, unknown>
      at[place.at(-1)!] = value
      return JSON.stringify(whole.root) ?? ''
    })
}

function placesOf(value: unknown, at: readonly string[] = ['root']): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([name, part]) => placesOf(part, [...at, name]))]
}
