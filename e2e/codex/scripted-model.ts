import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What a script can do while it plays the model. */
export interface Model {
  /**
   * Makes the CLI run one of its tools, and gives what the CLI tells the model of it. Calls that are made in one turn of
   * the event loop travel in one answer.
   * @param namespace Whose tool it is, where it is none of the CLI's own.
   */
  callTool(name: string, args: object, namespace?: string): Promise<string>;
  /** Everything that the CLI has said in its last request, as JSON. */
  readonly heard: string;
}

/** Plays the model for one prompt; when it returns, the model has said its last word. */
export type Script = (model: Model) => Promise<void>;

/** A model server on loopback that says what a script tells it to, in the streaming form of the Responses API. */
export interface ScriptedModel extends AsyncDisposable {
  readonly baseUrl: string;
  /** To be called when the CLI has ended: settles as the script did. */
  scriptEnd(): Promise<void>;
}

interface ToolCall {
  readonly callId: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly args: object;
  readonly take: (output: string) => void;
  readonly fail: (error: Error) => void;
}

/** What the CLI calls the item that answers a call. */
const OUTPUT = 'function_call_output';

interface InputItem {
  readonly type: string;
  readonly call_id?: string;
  readonly output?: string | readonly { readonly text: string }[];
}

interface ModelRequest {
  readonly input: readonly InputItem[];
}

/** Starts a model server for one run of the CLI. */
export async function startScriptedModel(script: Script): Promise<ScriptedModel> {
  const stage = new Stage(script);
  const server = createServer((request, response) => {
    void answer(stage, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    scriptEnd: () => stage.end(),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(stage: Stage, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST' || request.url !== '/v1/responses') {
    response.writeHead(404).end();
    return;
  }
  stage.hear((await json(request)) as ModelRequest);
  const calls = await stage.nextCalls();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [type, fields] of words(calls)) {
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  }
  response.end();
}

function words(calls: readonly ToolCall[]): (readonly [string, object])[] {
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
  const items = calls.map(({ callId, name, namespace, args }) => ({
    type: 'function_call',
    id: `item_${callId}`,
    call_id: callId,
    name,
    namespace,
    arguments: JSON.stringify(args),
  }));
  const lastWord = {
    type: 'message',
    id: 'item_last',
    role: 'assistant',
    content: [{ type: 'output_text', text: 'done' }],
  };
  return [
    ['response.created', { response: { id: 'response' } }],
    ...(items.length > 0 ? items : [lastWord]).map(
      (item, at) => ['response.output_item.done', { output_index: at, item }] as const,
    ),
    ['response.completed', { response: { id: 'response', usage } }],
  ];
}

/** Where a script and the requests of the CLI meet: the script waits for outputs, the requests wait for calls. */
class Stage implements Model {
  readonly #script: Script;
  #playing: Promise<void> | undefined;
  #unsent: ToolCall[] = [];
  #unanswered: ToolCall[] = [];
  #callCount = 0;
  #isOver = false;
  #heard = '';
  #wake: () => void = () => undefined;

  constructor(script: Script) {
    this.#script = script;
  }

  get heard(): string {
    return this.#heard;
  }

  callTool(name: string, args: object, namespace?: string): Promise<string> {
    this.#callCount += 1;
    const callId = `call_${this.#callCount}`;
    return new Promise((take, fail: (error: Error) => void) => {
      this.#unsent.push({ callId, name, namespace, args, take, fail });
      this.#wake();
    });
  }

  /** Takes what the CLI says; its first word begins the script. */
  hear(request: ModelRequest): void {
    const { input } = request;
    this.#heard = JSON.stringify(request);
    for (const call of this.#unanswered.splice(0)) {
      const output = input.find((item) => item.type === OUTPUT && item.call_id === call.callId)?.output;
      if (output === undefined) call.fail(new Error(`the CLI came back without the output of ${call.name}`));
      else call.take(typeof output === 'string' ? output : output.map(({ text }) => text).join('\n'));
    }
    this.#playing ??= this.#play();
    // Whoever runs the CLI asks for the outcome when the CLI has ended.
    this.#playing.catch(() => undefined);
  }

  /** What the model says next; nothing when the script is over. */
  async nextCalls(): Promise<readonly ToolCall[]> {
    if (this.#unsent.length === 0 && !this.#isOver)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    await new Promise((resolve) => setImmediate(resolve));
    this.#unanswered = this.#unsent.splice(0);
    return this.#unanswered;
  }

  /** Settles as the script does. The CLI has ended, so what the script still waits for never comes. */
  async end(): Promise<void> {
    const reason = new Error('the CLI ended before the script did');
    for (const call of [...this.#unanswered, ...this.#unsent]) call.fail(reason);
    if (this.#playing === undefined) throw reason;
    await this.#playing;
  }

  async #play(): Promise<void> {
    try {
      await this.#script(this);
    } finally {
      this.#isOver = true;
      this.#wake();
    }
  }
}
