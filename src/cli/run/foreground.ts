import { readFileSync } from 'node:fs'
import { isatty } from 'node:tty'

/**
 * True when this process belongs to the foreground group of a terminal: then Ctrl-C and Ctrl-\ reach its children without it.
 * Linux tells by proc(5); elsewhere a terminal as stdin counts.
 */
export function isInForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1')
    // Behind the name of the command: state, ppid, pgrp, session, tty_nr, tpgid.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[2] === fields[5]
  } catch {
    return isatty(0)
  }
}
