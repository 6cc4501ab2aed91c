import { printableLines } from '@holdfast/sandbox/internal';
import { pino } from 'pino';

/** Structured lines: facts first, then the name of the event. Never argv, environment or bytes above debug. */
export interface Logger {
  debug(facts: object, event: string): void;
  info(facts: object, event: string): void;
  warn(facts: object, event: string): void;
  error(facts: object, event: string): void;
}

/** How much is logged. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on stderr; stdout belongs to the protocol. */
export function createLogger(level: LogLevel): Logger {
  const stderr = pino.destination({ fd: 2, sync: true });
  const write = (line: string): void => {
    stderr.write(readable(line));
  };
  return pino({ level, base: null }, { write });
}

/**
 * A JSON line that says the same and steers no terminal, whatever names a command has chosen. JSON itself lets pass what
 * terminals of eight bits take for commands, what turns text around, and what nobody sees.
 */
export function readable(line: string): string {
  return printableLines(line);
}
