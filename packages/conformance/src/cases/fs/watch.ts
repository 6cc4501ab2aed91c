import { area, type ConformanceCase, refused } from '../../case.js';
import { same } from '../../expect.js';
import { Place } from '../../place.js';
import type { Answer } from '../../wire/message.js';
import type { Session } from '../../wire/session.js';

const { in: on } = area('watch', 'fs/watchMissing');

/** A server may look only every few seconds. */
const NOTICE_MS = 30_000;

export const WATCH_CASES: readonly ConformanceCase[] = [
  on('appears', 'a path that appears is told once', async (session, executor) => {
    const place = await Place.make(session, executor);
    same('the answer', await watch(session, 1, [place.at('a'), place.at('b')]), {
      result: { watching: true },
    });
    await place.sh(': > b');
    await changed(session, 1);
    await place.sh(': > a');
    // Whatever was told twice would have come before the second watch is.
    same('the answer', await watch(session, 2, [place.at('c')]), { result: { watching: true } });
    await place.sh(': > c');
    await changed(session, 2);
    same('what else was told', session.client.unread, []);
  }),
  on('appears-below', 'also when its directory is missing', async (session, executor) => {
    const place = await Place.make(session, executor);
    same('the answer', await watch(session, 1, [place.at('d/e/a')]), { result: { watching: true } });
    await place.sh('mkdir -p d/e; : > d/e/a');
    await changed(session, 1);
  }),
  on('goes', 'a path that goes is told', async (session, executor) => {
    const place = await Place.make(session, executor, ': > here');
    const answer = await watch(session, 1, [place.at('a')], place.at('here'));
    same('the answer', answer, { result: { watching: true } });
    await place.sh('rm here');
    await changed(session, 1);
  }),
  on('nothing', 'what needs no watch gets none', async (session, executor) => {
    const place = await Place.make(session, executor, ': > a');
    same('an empty list', await watch(session, 1, []), { result: { watching: false } });
    same('a path that is there', await watch(session, 2, [place.at('a')]), { result: { watching: false } });
  }),
  on('in-use', 'an id in use watches nothing else', async (session, executor) => {
    const place = await Place.make(session, executor);
    same('the first', await watch(session, 1, [place.at('a')]), { result: { watching: true } });
    same('the second', await watch(session, 1, [place.at('b')]), { result: { watching: false } });
  }),
  on('id-type', 'an id that is no integer: refused with -32602', async (session, executor) => {
    const place = await Place.make(session, executor);
    for (const id of ['1', -1, 1.5]) refused(await watch(session, id, [place.at('a')]), -32602);
  }),
  on('path', 'a path that is no file URI: refused with -32602', async (session) => {
    refused(await watch(session, 1, ['/srv/a']), -32602);
  }),
];

function watch(
  session: Session,
  watchId: unknown,
  missing: readonly string[],
  present: string | null = null,
): Promise<Answer> {
  return session.request('fs/watchMissing', { watchId, missing, present });
}

async function changed(session: Session, watchId: number): Promise<void> {
  const isChange = ({ method }: { readonly method?: string }): boolean => method === 'fs/missingChanged';
  const message = await session.client.next('fs/missingChanged', isChange, NOTICE_MS);
  same('the change', message, { method: 'fs/missingChanged', params: { watchId } });
}
