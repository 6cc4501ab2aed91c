import type { Transport, TransportClosed, TransportListener } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { SeverableTransport } from './severable-transport.js';

/** A carrier that still delivers after it was dropped, as some do, and what was heard and sent. */
function setUp(): {
  readonly transport: SeverableTransport;
  readonly carrier: () => TransportListener;
  readonly heard: string[];
  readonly sent: string[];
} {
  let carrying: TransportListener | undefined;
  const heard: string[] = [];
  const sent: string[] = [];
  const carrier: Transport = {
    label: 'carrier',
    bufferedBytes: 0,
    start: (listener) => {
      carrying = listener;
    },
    send: (message) => sent.push(message),
    ping: () => true,
    pause: () => undefined,
    resume: () => undefined,
    close: (kind) => sent.push(`close ${kind}`),
    destroy: () => sent.push('destroy'),
  };
  const transport = new SeverableTransport(carrier);
  transport.start({
    onMessage: (message) => heard.push(String(message)),
    onHeartbeat: () => heard.push('heartbeat'),
    onDrain: () => heard.push('drain'),
    onClose: ({ code, reason }: TransportClosed) => heard.push(`closed ${code} ${reason}`),
  });
  return {
    transport,
    carrier: () => {
      if (carrying === undefined) throw new Error('the carrier was not started');
      return carrying;
    },
    heard,
    sent,
  };
}

/** Everything that a carrier can say. */
function sayAll(carrier: TransportListener): void {
  carrier.onMessage('late');
  carrier.onHeartbeat?.('late');
  carrier.onDrain();
  carrier.onClose({ code: 1000, reason: 'late' });
}

test('a carrier is heard until it was given up, and never after', () => {
  const { transport, carrier, heard, sent } = setUp();
  carrier().onMessage('in time');
  transport.sever('it was silent');
  sayAll(carrier());
  transport.sever('again');
  transport.send('too late');
  expect({ heard, sent }).toEqual({
    heard: ['in time', 'closed 1006 it was silent'],
    sent: ['destroy', 'destroy'],
  });
});

test('a carrier that was turned away is told why, and is not heard any more', () => {
  const { transport, carrier, heard, sent } = setUp();
  transport.turnAway('protocolError', 'it made no sense');
  sayAll(carrier());
  expect({ heard, sent }).toEqual({ heard: ['closed 1002 it made no sense'], sent: ['close protocolError'] });
});

test('a carrier that ends by itself is told of once', () => {
  const { transport, carrier, heard } = setUp();
  carrier().onClose({ code: 1000, reason: 'done' });
  sayAll(carrier());
  transport.sever('it was silent');
  expect(heard).toEqual(['closed 1000 done']);
});
