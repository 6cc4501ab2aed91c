import { existsSync } from 'node:fs';
import { systemPlaces } from '../linux/system-places.js';

/** The program of the system with a name; undefined where there is none. */
export function systemProgram(name: string): string | undefined {
  return systemPlaces(name).find((place) => existsSync(place));
}
