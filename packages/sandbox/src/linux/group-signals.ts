/** What may be sent to the process group of a command, by itself or a terminal, and would end a wrapper in it. */
const GROUP_SIGNALS = ['HUP', 'INT', 'QUIT', 'USR1', 'USR2', 'PIPE', 'ALRM', 'TERM'];

/** A script that becomes its arguments, with these signals ignored. */
export const IGNORE_GROUP_SIGNALS = `trap "" ${GROUP_SIGNALS.join(' ')}; exec "$@"`;

/** The option by which `env` starts a program with these signals in their default state. */
export const RESET_GROUP_SIGNALS = `--default-signal=${GROUP_SIGNALS.join(',')}`;
