// A killed npm leaves its children running. This ends us when the process that started us is gone.
import { readFileSync } from 'node:fs';

/** Parent of a process on Linux; 0 where it can't be told. */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * Sends ourselves SIGTERM once the starter is gone: npm runs scripts by a shell, so on Linux both the shell and
 * npm above it are watched. Does nothing when no npm started us (a service manager may re-parent us at will).
 */
export function exitWithParent() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const above = parentOf(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && (above <= 1 || alive(above))) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  timer.unref();
}
