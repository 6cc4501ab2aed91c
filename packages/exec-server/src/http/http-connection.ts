import type { Socket } from 'node:net';
import type { LoopTurns } from '@holdfast/sandbox/internal';
import type { buildConnector, Client, Dispatcher } from 'undici';
import { type BodySource, JoinedBody } from './joined-body.js';
import { PacedSocket, SOCKET_QUEUE_BYTES } from './paced-socket.js';

/** The library that speaks HTTP, and what it connects with. */
export interface HttpLibrary {
  readonly Client: typeof Client;
  /** Answers the socket that it connects. */
  readonly connect: (options: buildConnector.Options, done: buildConnector.Callback) => Socket;
}

// Most servers are never asked to send anything, and the library takes its time and memory.
export async function loadHttpLibrary(): Promise<HttpLibrary> {
  const { Client, buildConnector } = await import('undici');
  const connect = buildConnector({ highWaterMark: SOCKET_QUEUE_BYTES } as buildConnector.BuildOptions);
  return { Client, connect: connect as unknown as HttpLibrary['connect'] };
}

/** A response as it comes from the library. */
export interface RawResponse {
  readonly status: number;
  /** Names and values alternate. */
  readonly headers: readonly (string | Buffer)[];
  readonly body: JoinedBody;
}

/** One connection to one origin, which is made with its first request; it has one request at a time. */
export class HttpConnection {
  readonly origin: string;
  readonly #client: Client;
  #socket: Socket | undefined;
  #paced: PacedSocket | undefined;

  /** @param onLost It was closed, by whichever side. */
  constructor(origin: string, { Client, connect }: HttpLibrary, onLost: () => void) {
    this.origin = origin;
    this.#client = new Client(origin, {
      // Time is the client's to limit.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, done) => {
        this.#socket = connect(options, (error, socket) => {
          if (error !== null) {
            done(error, null);
            return;
          }
          this.#paced = new PacedSocket(socket);
          // Of a socket the library needs no more than this one has.
          done(null, this.#paced as unknown as Socket);
        });
      },
    });
    this.#client.on('disconnect', onLost);
  }

  /** Whether another request may be sent. */
  get isOpen(): boolean {
    return this.#paced?.destroyed === false;
  }

  /**
   * Sends a request.
   * @param turns In which the response is read.
   * @param onOver The response has come to its end, or failed, though its body may not be taken yet.
   * @throws what the library says when no response comes.
   */
  send(options: Dispatcher.DispatchOptions, turns: LoopTurns, onOver: () => void): Promise<RawResponse> {
    return new Promise((resolve, reject) => {
      let body: JoinedBody | undefined;
      this.#client.dispatch(options, {
        onRequestStart: () => this.#paced?.begin(turns),
        onResponseStart: (controller, status) => {
          if (status < INFORMATIONAL_END) return;
          this.#paced?.beInBody();
          body = new JoinedBody(this.#sourceOf(controller), turns);
          resolve({ status, headers: rawHeadersOf(controller), body });
        },
        onResponseData: (_controller, part) => body?.add(part),
        onResponseEnd: () => {
          this.#paced?.rest();
          body?.finish();
          onOver();
        },
        onResponseError: (_controller, error) => {
          reject(error);
          body?.finish(error);
          onOver();
        },
      });
    });
  }

  /** Ends it, and what is sent over it. */
  async close(error?: Error): Promise<void> {
    const closed = this.#client.destroy(error ?? null);
    // The library leaves one alone that is not connected yet.
    if (this.#paced === undefined) this.#socket?.destroy();
    await closed;
  }

  #sourceOf(controller: Dispatcher.DispatchController): BodySource {
    return {
      pause: () => controller.pause(),
      resume: () => controller.resume(),
      abort: () => void this.close(),
    };
  }
}

const INFORMATIONAL_END = 200;

function rawHeadersOf({ rawHeaders }: Dispatcher.DispatchController): readonly (string | Buffer)[] {
  return Array.isArray(rawHeaders) ? rawHeaders : [];
}
