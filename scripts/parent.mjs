/**
 * For scripts that serve until they are told to stop. npm runs a script in a shell and passes a signal to that shell,
 * which passes it to nobody: the script has to see by itself that its parent is gone.
 */
export function whenParentEnds(act) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, 200);
  timer.unref();
}
