import type { Transport } from '@holdfast/exec-protocol';
import type { DialOptions } from './dial-options.js';
import type { DialTarget } from './target.js';

/**
 * Makes the carrier. What a platform lacks is loaded only when it is asked for, so a browser can use this package.
 * @throws ExecError `connectFailed`; the reason of the signal.
 */
export async function dial(target: DialTarget, options: DialOptions): Promise<Transport> {
  options.signal.throwIfAborted();
  switch (target.kind) {
    case 'websocket':
      if (isNode()) return (await import('./websocket-node.js')).dialWebSocket(target, options);
      return (await import('./websocket-browser.js')).dialBrowserWebSocket(target, options);
    case 'unix':
      return (await import('./websocket-node.js')).dialWebSocket(target, options);
    case 'stdio':
      return (await import('./stdio.js')).dialStdio(target, options);
  }
}

// Newer Node has the browser's WebSocket too, but that one cannot send headers or say why it was refused.
function isNode(): boolean {
  const { process } = globalThis as { readonly process?: { readonly versions?: { readonly node?: string } } };
  return process?.versions?.node !== undefined;
}
