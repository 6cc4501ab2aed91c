import type { CodexPlaces } from './host.js';

/** The variable in which a helper is told what the server knows of its machine: its sandbox may not show that. */
const PLACES_VARIABLE = 'HOLDFAST_CODEX_PLACES';

/** What a helper has in its environment. */
export function helperEnvironment(places: CodexPlaces): Readonly<Record<string, string>> {
  return { [PLACES_VARIABLE]: JSON.stringify(places) };
}

/** What a helper finds in its environment. @throws Error where no server has put it there. */
export function placesFrom(env: Readonly<Record<string, string | undefined>>): CodexPlaces {
  const text = env[PLACES_VARIABLE];
  if (text === undefined)
    throw new Error(`${PLACES_VARIABLE} is not set; this program is started by a server`);
  // A server has written it, this one.
  return JSON.parse(text) as CodexPlaces;
}
