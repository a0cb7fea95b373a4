import type { SampleLog } from './corpora.ts'

const KIB = 1024
const MIB = 1024 * KIB

const CJK = '\u6784\u5efa\u65e5\u5fd7'
/** Four bytes each. */
const EMOJI = '\u{1f680}\u{1f9ea}\u{1f4e6}'
const ESC = '\x1b'

/** One of each kind of ill-formed UTF-8 (Unicode 3.9, table 3-7), each between two letters. */
const ILL_FORMED: readonly (readonly number[])[] = [
  [0x80], // a continuation byte alone
  [0xbf, 0xbf],
  [0xc0, 0xaf], // overlong
  [0xc1, 0xbf],
  [0xe0, 0x80, 0xaf],
  [0xf0, 0x80, 0x80, 0xaf],
  [0xed, 0xa0, 0x80], // surrogates
  [0xed, 0xbf, 0xbf],
  [0xf4, 0x90, 0x80, 0x80], // beyond U+10FFFF
  [0xf5, 0x80, 0x80, 0x80],
  [0xfe],
  [0xff, 0xff],
  [0xc3], // cut short by the letter that follows
  [0xe6, 0x9e],
  [0xf0, 0x9f, 0x9a],
  [0xf0, 0x9f, 0xf0, 0x9f, 0x9a, 0x80], // cut short by the next character
]

/** What a log may end with when its writer is cut off inside a character. */
const CUT_CHARACTERS: readonly (readonly number[])[] = [
  [0xc3],
  [0xe6],
  [0xe6, 0x9e],
  [0xf0],
  [0xf0, 0x9f],
  [0xf0, 0x9f, 0x9a],
]

function sample(name: string, make: () => string | Uint8Array): SampleLog {
  const bytes = Buffer.from(make() as string)
  return { name: `own/${name}`, sizeBytes: bytes.length, bytes: () => bytes }
}

/** `sizeBytes` bytes of `text` again and again, cut between characters. */
function filled(text: string, sizeBytes: number): string {
  return text.repeat(Math.floor(sizeBytes / Buffer.byteLength(text)))
}

function lines(count: number, line: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => line(n)).join('\n')
}

const stamp = (n: number) =>
  `[2025/06/26 14:${String(Math.floor(n / 60) % 60).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}.${String(n % 1000).padStart(3, '0')} GMT+08:00]`

/** Logs of our own making, with whatever breaks log services. Always the same bytes. */
export function ownLogs(): SampleLog[] {
  return [...shortLogs(), ...terminalLogs(), ...illFormedLogs(), ...borderLogs(), ...giantLines()]
}

function shortLogs(): SampleLog[] {
  return [
    sample('empty', () => ''),
    sample('one-newline', () => '\n'),
    sample('one-byte', () => 'x'),
    sample('only-newlines', () => '\n'.repeat(5003)),
    sample('no-final-newline', () => 'first\nsecond\nthe end is missing'),
    sample('byte-order-mark', () => '\ufefffirst line\n\ufeffsecond line\n'),
    sample('only-byte-order-mark', () => '\ufeff'),
    sample('many-lines', () => `${lines(12_345, n => `line ${n} ${'='.repeat(n % 97)}`)}\n`),
    sample(
      'levels',
      () =>
        `${lines(600, n => `${stamp(n)} [${['INFO', 'DEBUG', 'WARNING', 'ERROR'][n % 4]}] [Build:run] : ${n}\n\tat Some.java:${n}\nno stamp ${n}`)}\n`,
    ),
  ]
}

function terminalLogs(): SampleLog[] {
  return [
    sample('crlf', () => lines(2500, n => `line ${n}\r`)),
    sample(
      'cr-progress',
      () => `${lines(40, n => `step ${n}\r${filled(`\r ${n} % of it `, 9 * KIB)}\rdone`)}\r`,
    ),
    sample('nul', () => `${lines(500, n => `a\0b\0\0${n}`)}\0\n\0`),
    sample(
      'ansi-osc',
      () =>
        `${lines(800, n => `${ESC}[1;3${n % 8}m${n}${ESC}[0m${ESC}[2K\r${ESC}]8;;https://example.test/${n}\x07link${ESC}]8;;\x07 ${ESC}]0;title${ESC}\\\b\x7f\x85\x0b\x0c\x9b`)}\n`,
    ),
    sample('control-characters', () => Uint8Array.from({ length: 4096 }, (_, n) => n % 32)),
    sample('unicode-line-ends', () => lines(300, n => `a${n}\u2028b\u2029c\u0085d\v\f`)),
  ]
}

function illFormedLogs(): SampleLog[] {
  const letterBetween = (bytes: readonly number[]) => [0x61, ...bytes, 0x62, 0x0a]
  return [
    sample('ill-formed', () => Uint8Array.from(ILL_FORMED.flatMap(letterBetween))),
    sample('ill-formed-in-one-line', () =>
      Buffer.concat(Array.from({ length: 3000 }, () => Uint8Array.from(ILL_FORMED.flat()))),
    ),
    sample('every-byte', () => Uint8Array.from({ length: 64 * KIB }, (_, n) => (n * 167 + (n >> 8)) & 0xff)),
    ...CUT_CHARACTERS.map((bytes, n) =>
      sample(`cut-character-${n}`, () => Uint8Array.from([0x61, 0x0a, 0x62, ...bytes])),
    ),
    ...CUT_CHARACTERS.map((bytes, n) => sample(`only-cut-character-${n}`, () => Uint8Array.from(bytes))),
  ]
}

/**
 * Characters of 3 and 4 bytes in one line, shifted so that every border at a multiple of four falls
 * inside an emoji, and every border at all inside a CJK character of two logs of three: borders of
 * chunks, chunks, frames and pages.
 */
function borderLogs(): SampleLog[] {
  return [
    ...[0, 1, 2].map(shift =>
      sample(`cjk-at-every-border-${shift}`, () => 'x'.repeat(shift) + filled(CJK, 1.1 * MIB)),
    ),
    ...[1, 2, 3].map(shift =>
      sample(`emoji-at-every-border-${shift}`, () => 'x'.repeat(shift) + filled(EMOJI, 1.1 * MIB)),
    ),
    sample('cjk-lines', () => `${lines(3000, n => `${n} ${CJK.repeat(1 + (n % 31))}${EMOJI}`)}\n`),
  ]
}

function giantLines(): SampleLog[] {
  return [
    sample('line-of-70-kib', () => `before\n${'a'.repeat(70 * KIB)}\nafter\n`),
    sample('line-of-70-kib-unfinished', () => `before\n${'a'.repeat(70 * KIB)}`),
    sample('line-of-1.2-mib', () => `before\n${'b'.repeat(1.2 * MIB)}\nafter\n`),
    sample('line-of-3-mib', () => `${filled(`${CJK}|`, 3 * MIB)}\nafter`),
    sample('lines-of-one-mib', () => `${'c'.repeat(MIB - 1)}\n${'d'.repeat(MIB)}\n${'e'.repeat(MIB + 1)}\n`),
  ]
}
