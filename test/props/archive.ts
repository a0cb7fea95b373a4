import assert from 'node:assert/strict'
import { type ExecFileSyncOptions, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Prints the names, then, apart by a NUL, the bytes of the only file of an archive. */
const WITH_PYTHON = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    assert all(entry.flag_bits & 1 == 0 for entry in archive.infolist())
    names = archive.namelist()
    sys.stdout.buffer.write("\\n".join(names).encode() + b"\\0" + archive.read(names[0]))
`
const MAX_BYTES = 1024 * 1024 * 1024

/** Why archives can not be looked at here, or false. */
export function whyNoArchivers(): string | false {
  try {
    execFileSync('unzip', ['-v'], { stdio: 'ignore' })
    execFileSync('python3', ['-c', 'import zipfile'], { stdio: 'ignore' })
    return false
  } catch {
    return 'needs unzip and python3'
  }
}

/**
 * The only file of a .zip file, as both Info-ZIP and Python's zipfile find it, whole and unhurt.
 */
export function onlyFileOf(archive: Uint8Array): { readonly name: string; readonly bytes: Buffer } {
  const directory = mkdtempSync(join(tmpdir(), 'tailrace-archive-'))
  try {
    const file = join(directory, 'archive.zip')
    writeFileSync(file, archive)
    const options = {
      maxBuffer: MAX_BYTES,
      stdio: ['ignore', 'pipe', 'inherit'],
    } satisfies ExecFileSyncOptions
    assert.match(execFileSync('unzip', ['-t', file], options).toString(), /No errors detected/)
    const names = execFileSync('unzip', ['-Z1', file], options).toString().trimEnd().split('\n')
    assert.equal(names.length, 1)
    const bytes = execFileSync('unzip', ['-p', file], options)
    const python = execFileSync('python3', ['-c', WITH_PYTHON, file], options)
    const end = python.indexOf(0)
    assert.equal(python.subarray(0, end).toString(), names[0])
    assert.ok(python.subarray(end + 1).equals(bytes))
    return { name: names[0]!, bytes }
  } finally {
    rmSync(directory, { recursive: true })
  }
}
