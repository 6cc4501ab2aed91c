import {
  type Extensions,
  offeredExtensions,
  processCloseStdin,
  processList,
  processRead,
  processResize,
  processSignal,
  processStart,
  processTerminate,
  processWrite,
  RESUME_RETRY_MS,
  type RequestSpec,
} from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import type { Client } from '../client.js';
import type { ProcessHandle } from '../process/handle.js';
import { ACCEPTED, FakeServer } from '../testing/fake-server.js';
import { ManualClock } from '../testing/manual-clock.js';
import { outcomeKinds } from '../testing/outcome-kinds.js';
import { settle, until } from '../testing/until.js';

const { replay: _, ...WITHOUT_REPLAY } = offeredExtensions();

/** What a caller can ask for, and the request that it becomes. */
const ACTIONS = {
  start: { spec: processStart, run: (client: Client) => client.spawn(['x'], { id: 'new' }).started },
  read: {
    spec: processRead,
    run: (_: Client, process: ProcessHandle) => process.events({ after: 0 }).next(),
  },
  list: { spec: processList, run: (client: Client) => client.processes() },
  write: { spec: processWrite, run: (_: Client, process: ProcessHandle) => process.write('a') },
  end: { spec: processCloseStdin, run: (_: Client, process: ProcessHandle) => process.end() },
  signal: { spec: processSignal, run: (_: Client, process: ProcessHandle) => process.signal('SIGHUP') },
  resize: {
    spec: processResize,
    run: (_: Client, process: ProcessHandle) => process.resize({ rows: 1, cols: 2 }),
  },
  terminate: { spec: processTerminate, run: (_: Client, process: ProcessHandle) => process.terminate() },
} as const satisfies Record<
  string,
  { spec: RequestSpec; run: (client: Client, process: ProcessHandle) => Promise<unknown> }
>;

type Action = keyof typeof ACTIONS;

/** When the link is lost, as seen from one request. */
type Moment = 'before it is sent' | 'before it arrives' | 'before its answer arrives';

const MOMENTS: readonly Moment[] = ['before it is sent', 'before it arrives', 'before its answer arrives'];

interface Outcome {
  /** How the call ended. */
  readonly ended: string;
  /** How often the server carried the request out. */
  readonly carriedOut: number;
  /** How often it was sent, and on how many ids. */
  readonly sent: number;
  readonly ids: number;
}

/** Cuts the link once at a moment of a request, and lets the client recover. */
async function cutAt(moment: Moment, action: Action, extensions: Extensions): Promise<Outcome> {
  const server = new FakeServer({ extensions });
  const { spec, run } = ACTIONS[action];
  const clock = new ManualClock();
  await using client = await server.connect({}, clock);
  const process = client.spawn(['sh'], { id: 'p', stdin: 'pipe' });
  await process.started;
  let carriedOut = 0;
  const count = (method: string): void => {
    if (method !== spec.method) return;
    carriedOut += 1;
    if (moment === 'before its answer arrives' && carriedOut === 1) server.cut();
  };
  server.on(processStart, ({ processId }) => (count('process/start'), { processId }));
  server.on(processList, () => (count('process/list'), { processes: [] }));
  const writeIds = new Set<string>();
  server.on(processWrite, ({ writeId }) => {
    // As servers do: the same write is written once, whatever the id of its request.
    if (!writeIds.has(writeId)) count('process/write');
    writeIds.add(writeId);
    return ACCEPTED;
  });
  server.on(processCloseStdin, () => (count('process/closeStdin'), ACCEPTED));
  server.on(processSignal, () => (count('process/signal'), {}));
  server.on(processResize, () => (count('process/resize'), {}));
  server.on(processTerminate, () => (count('process/terminate'), { running: true }));
  server.on(processRead, () => {
    count('process/read');
    const chunk = { seq: 1, stream: 'stdout' as const, chunk: new Uint8Array(1) };
    return { chunks: [chunk], nextSeq: 2, exited: false, exitCode: null, closed: false };
  });
  const before = server.wire.length;
  let call: Promise<unknown>;
  if (moment === 'before it is sent') {
    server.isDown = true;
    server.cut();
    await until(() => server.dials === 2);
    call = run(client, process);
    await settle();
    server.isDown = false;
    clock.advance(RESUME_RETRY_MS);
  } else {
    if (moment === 'before it arrives') server.stall();
    call = run(client, process);
    call.catch(() => undefined);
    await settle();
    if (moment === 'before it arrives') server.cut();
  }
  const [ended = ''] = await outcomeKinds([call]);
  await until(() => client.state === 'ready');
  await settle();
  const all = server.wire.slice(before).filter((line) => line.endsWith(` ${spec.method}`));
  return { ended, carriedOut, sent: all.length, ids: new Set(all.map((line) => line.split(' ')[1])).size };
}

const REPEATED: Outcome = { ended: 'ok', carriedOut: 1, sent: 1, ids: 1 };

describe('a server that carries repeats out once', () => {
  const table = MOMENTS.flatMap((moment) =>
    (Object.keys(ACTIONS) as Action[]).map((action) => [action, moment] as const),
  );

  test.each(table)(
    '%s, lost %s: it is carried out once, and its caller notices nothing',
    async (action, moment) => {
      const isRead = ACTIONS[action].spec.mutates !== true;
      const wasTaken = moment === 'before its answer arrives';
      expect(await cutAt(moment, action, offeredExtensions())).toEqual({
        ...REPEATED,
        sent: wasTaken ? 2 : 1,
        // A read that was answered in vain is simply read again.
        carriedOut: wasTaken && isRead ? 2 : 1,
      });
    },
  );
});

describe('a server without replay', () => {
  const { start, read, list, write, ...others } = ACTIONS;

  test('what the link is lost before is sent afterwards', async () => {
    for (const action of ['start', 'list', 'write', ...Object.keys(others)] as Action[]) {
      const outcome = await cutAt('before it is sent', action, WITHOUT_REPLAY);
      expect({ action, ...outcome }).toEqual({ action, ...REPEATED });
    }
  });

  test.each(['before it arrives', 'before its answer arrives'] as const)(
    'what changes nothing is repeated when the link is lost %s, and so are writes',
    async (moment) => {
      const wasTaken = moment === 'before its answer arrives';
      for (const action of ['read', 'list', 'write'] as const) {
        const { ended, carriedOut } = await cutAt(moment, action, WITHOUT_REPLAY);
        // One read more is the catch-up.
        const reads = wasTaken ? 3 : 2;
        const expected = { read: reads, list: reads - 1, write: 1 }[action];
        expect({ action, ended, carriedOut }).toEqual({ action, ended: 'ok', carriedOut: expected });
      }
    },
  );

  test.each(['before it arrives', 'before its answer arrives'] as const)(
    'of everything else nobody can say what came of it when the link is lost %s, and it is sent once',
    async (moment) => {
      const wasTaken = moment === 'before its answer arrives';
      for (const action of Object.keys(others) as (keyof typeof others)[]) {
        expect({ action, ...(await cutAt(moment, action, WITHOUT_REPLAY)) }).toEqual({
          action,
          ended: 'outcomeUnknown',
          carriedOut: wasTaken ? 1 : 0,
          sent: wasTaken ? 1 : 0,
          ids: wasTaken ? 1 : 0,
        });
      }
    },
  );
});
