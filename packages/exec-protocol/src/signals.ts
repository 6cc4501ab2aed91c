/** Signals by name: those of POSIX, and two that Linux has besides. */
export const SIGNAL_NAMES = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGKILL',
  'SIGUSR1',
  'SIGSEGV',
  'SIGUSR2',
  'SIGPIPE',
  'SIGALRM',
  'SIGTERM',
  'SIGCHLD',
  'SIGCONT',
  'SIGSTOP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGVTALRM',
  'SIGPROF',
  'SIGWINCH',
  'SIGIO',
  'SIGSYS',
  'SIGPWR',
  'SIGSTKFLT',
] as const;

/** A signal name. */
export type SignalName = (typeof SIGNAL_NAMES)[number];

/** Whether the text is a signal name, exactly as POSIX writes it. */
export function isSignalName(text: string): text is SignalName {
  return (SIGNAL_NAMES as readonly string[]).includes(text);
}
