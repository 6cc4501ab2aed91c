import type { Socket } from 'node:net';
import { MAX_LINES_AT_ONCE, MAX_PASSED_A_TURN } from '../../limits.js';
import { firstLines } from './lines.js';
import type { LoopTurns } from './loop-turns.js';
import { type Share, TurnedConnection } from './turned-connection.js';

/** Of so many lines, with all that Node makes of them, a piece takes a place of a turn of the event loop. */
const LINES_PER_PLACE = MAX_LINES_AT_ONCE / MAX_PASSED_A_TURN;

/**
 * A connection for Node to read HTTP from, of which few lines go on in a turn. Node makes of one read as many parts, headers
 * or requests as are in it, each of which has a line at least.
 */
export class PacedConnection extends TurnedConnection {
  /** @param options As of a `TurnedConnection`. */
  constructor(socket: Socket, turns: LoopTurns, { isReadOut = false } = {}) {
    super(socket, turns, { isReadOut, shareOf: someLines });
  }
}

function someLines(held: Buffer, places: number): Share {
  const { count, end } = firstLines(held, Math.ceil(places * LINES_PER_PLACE));
  return { bytes: end, places: count / LINES_PER_PLACE };
}
