/** Calls `act` at each SIGHUP, which so no longer ends the process. Disposing lets it do that again. */
export function onHangUp(act: () => void): Disposable {
  process.on('SIGHUP', act)
  return { [Symbol.dispose]: () => void process.off('SIGHUP', act) }
}
