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
 * terminals of eight bits take for commands, and what turns text around.
 */
export function readable(line: string): string {
  return line.replace(STEERING, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** DEL, C1, separators of lines, and what changes the direction of text. */
const STEERING = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
