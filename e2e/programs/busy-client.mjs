// A client that is busy with processes of all kinds and then waits to be killed: busy-client.mjs URL MARK
import { connect } from '@holdfast/exec-client';

const [, , url, mark] = process.argv;
const client = await connect(url);
const env = { E2E_MARK: mark };
const handles = [
  ...Array.from({ length: 5 }, () => client.spawn(['yes'], { env })),
  ...Array.from({ length: 5 }, () => client.spawn(['sleep', '300'], { env, pty: true })),
  ...Array.from({ length: 5 }, () => client.spawn(['cat'], { env, stdin: 'pipe' })),
  ...Array.from({ length: 5 }, () => client.spawn(['sh', '-c', 'sleep 300 & wait'], { env })),
];
// Unread, these views let their processes fill the log and then wait.
const views = handles.map((handle) => handle.stdout.getReader());
await Promise.all(handles.map((handle) => handle.started));
await views[0].read();
console.log('busy');
setInterval(() => undefined, 1_000);
