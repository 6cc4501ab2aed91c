import { join } from 'node:path';

/** A bug that somebody might make, or has made, as a change of one place in the sources of a core. */
export interface Mutation {
  readonly bug: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
}

const SERVER = 'packages/exec-server/src';
const CLIENT = 'packages/exec-client/src';

/** What the simulation has to find. */
export const MUTATIONS: readonly Mutation[] = [
  // The guard against the first half of this is beyond reach as long as the second half holds, so both are taken away.
  {
    bug: 'a connection detaches its successor, which took the session from it',
    file: `${SERVER}/session/session-state.ts`,
    find: `      if (state.kind === 'attached') return state;
      if (event.now >= state.expiresAt) return { kind: 'closed' };
      return { kind: 'attached', connection: event.connection };
    }
    case 'detach': {
      // A connection that has been replaced learns of its end late; its successor must not suffer for it.
      if (state.kind === 'detached' || state.connection !== event.connection) return state;`,
    replace: `      if (state.kind === 'detached' && event.now >= state.expiresAt) return { kind: 'closed' };
      return { kind: 'attached', connection: event.connection };
    }
    case 'detach': {
      if (state.kind === 'detached') return state;`,
  },
  {
    bug: 'a session without a connection never expires',
    file: `${SERVER}/session/session.ts`,
    find: '    this.#expireInTime();\n    return this.isClosed;',
    replace: '    return this.isClosed;',
  },
  {
    bug: 'a connection that does not answer is not given up when another one asks',
    file: `${SERVER}/rpc/outgoing/liveness.ts`,
    find: "else this.#options.onDead('another connection asked",
    replace: "else void ('another connection asked",
  },
  {
    bug: 'a repeated request is carried out again',
    file: `${SERVER}/session/kept-answers.ts`,
    find: 'if (kept !== undefined) return answerOf(id, kept, fingerprint);\n    if (id <= this.#highestId) {',
    replace: 'if (kept === null) return answerOf(id, kept, fingerprint);\n    if (id < 0) {',
  },
  {
    bug: 'a repeat of a request that still runs is carried out beside it',
    file: `${SERVER}/session/kept-answers.ts`,
    find: 'this.#keep(id, fingerprint, answer);',
    replace:
      'this.#highestId = id - 1;\n    void answer.catch(() => undefined).then(() => { this.#keep(id, fingerprint, answer); this.#highestId = Math.max(id, this.#highestId); });',
  },
  {
    bug: 'answers are not kept for a repeat',
    file: `${SERVER}/session/kept-answers.ts`,
    find: 'this.#keep(id, fingerprint, answer);',
    replace: 'void fingerprint;',
  },
  {
    bug: 'answers that the client has not got are freed with the others',
    file: `${SERVER}/session/kept-answers.ts`,
    find: 'if (!wanted.has(id)) this.#forget(id, kept);',
    replace: 'if (wanted.size >= 0) this.#forget(id, kept);',
  },
  {
    bug: 'a write that comes again reaches the child again',
    file: `${SERVER}/process/stdin-queue.ts`,
    find: 'if (earlier !== undefined) return earlier;',
    replace: 'if (earlier === null) return earlier;',
  },
  {
    bug: 'events go on one behind the position that the client named',
    file: `${SERVER}/process/follow/push-cursor.ts`,
    find: 'const seq = Math.min(afterSeq, this.#log.nextSeq - 1);\n    this.#readAhead.close();',
    replace: 'const seq = Math.min(afterSeq + 1, this.#log.nextSeq - 1);\n    this.#readAhead.close();',
  },
  {
    bug: 'the window that the client named at a resume is forgotten',
    file: `${SERVER}/process/follow/push-cursor.ts`,
    find: '    this.#isParked = false;\n    this.#offset = this.#offsetAt(seq);\n    this.#windowBytes = limitWindow(windowBytes);',
    replace:
      '    this.#isParked = false;\n    this.#offset = this.#offsetAt(seq);\n    this.#windowBytes = windowBytes === undefined ? undefined : 0;',
  },
  {
    bug: 'how a process ended is not told again after a resume',
    file: `${SERVER}/process/follow/push-cursor.ts`,
    find: '    this.#toldSeq = seq;\n    this.#sent.restart(seq, this.#offset);\n    // What has arrived',
    replace:
      '    this.#toldSeq = Math.max(this.#toldSeq, seq);\n    this.#sent.restart(seq, this.#offset);\n    // What has arrived',
  },
  {
    bug: 'what was sent counts as delivered without a proof',
    file: `${SERVER}/process/follow/push-cursor.ts`,
    find: 'return this.#needsProof && this.#provenCount < this.#sentCount ? this.#provenSeq : this.#seq;',
    replace: 'return this.#seq;',
  },
  {
    bug: 'a process that is just starting counts as unknown in a replay',
    file: `${SERVER}/process/process-table.ts`,
    find: 'await this.#starting.get(id)?.spawning.catch(() => undefined);',
    replace: 'await Promise.resolve();',
  },
  {
    bug: 'a resumed client without extensions gets its events one too late',
    file: `${SERVER}/rpc/legacy-resume.ts`,
    find: 'this.#continueAt(subscription, nextSeq - 1);',
    replace: 'this.#continueAt(subscription, nextSeq);',
  },
  {
    bug: 'a process is detached before what was asked of it was done',
    file: `${SERVER}/rpc/handlers/process-handlers.ts`,
    find: 'await processes.find(processId);\n  processes.detach',
    replace: 'processes.detach',
  },
  {
    bug: 'a read that was cut goes on one too far',
    file: `${SERVER}/process/follow/read-page.ts`,
    find: 'const nextSeq = endsAtLast ? last.seq + 1 : log.nextSeq;',
    replace: 'const nextSeq = endsAtLast ? last.seq + 2 : log.nextSeq;',
  },
  {
    bug: 'a read fails when the disk fails once',
    file: `${SERVER}/process/follow/read-page.ts`,
    find: 'if (attempt === SPILL_READ_ATTEMPTS)',
    replace: 'if (attempt > 0)',
  },
  {
    bug: 'a client that has slept gives up before it has asked',
    file: `${CLIENT}/recovery/recovery-state.ts`,
    find: 'const TICKS_TO_GIVE_UP = 10;',
    replace: 'const TICKS_TO_GIVE_UP = 1;',
  },
  {
    bug: 'the end of a lost connection of an earlier generation counts',
    file: `${CLIENT}/recovery/recovery-state.ts`,
    find: "if ('generation' in event && 'generation' in state && event.generation !== state.generation) {",
    replace: "if (event.type === 'retryDue' && state.kind === 'ready') {",
  },
  {
    bug: 'the window is not told again where positions are read',
    file: `${CLIENT}/process/feed/output-window.ts`,
    find: 'if (this.#isStarted) this.#tell(consumedSeq);',
    replace: 'void consumedSeq;',
  },
  {
    bug: 'frames of a carrier that was given up are taken',
    file: `${CLIENT}/connection/severable-transport.ts`,
    find: 'if (!this.#isOver) listener.onMessage(message);',
    replace: 'listener.onMessage(message);',
  },
  {
    bug: 'the position of a resume is one too far',
    file: `${CLIENT}/process/feed/output-feed.ts`,
    find: 'const afterSeq = this.#position;',
    replace: 'const afterSeq = this.#position + 1;',
  },
  {
    bug: 'requests without an answer are not sent again',
    file: `${CLIENT}/requests/request-journal.ts`,
    find: 'for (const { call, id } of repeated) this.#send(call, id);',
    replace: 'for (const { call, id } of repeated) void [call, id];',
  },
  {
    bug: 'requests are sent again with new ids',
    file: `${CLIENT}/requests/request-journal.ts`,
    find: 'for (const { call, id } of repeated) this.#send(call, id);',
    replace:
      'for (const { call, id } of repeated) { this.#sent.delete(id); this.#send(call, this.#host.nextId()); }',
  },
  {
    bug: 'requests that may have been carried out are sent again to a server without replay',
    file: `${CLIENT}/requests/after-loss.ts`,
    find: "if (isExactlyOnce || spec.mutates !== true) return 'repeat';",
    replace: "if (isExactlyOnce || spec.mutates !== true || spec.mutates) return 'repeat';",
  },
  {
    bug: 'answers are acknowledged that have not arrived',
    file: `${CLIENT}/recovery/session-link.ts`,
    find: 'const unanswered = this.#journal.unanswered().filter((id) => id <= upToId);',
    replace: 'const unanswered: number[] = [];',
  },
  {
    bug: 'a request that was sent and lost with its session counts as never sent',
    file: `${CLIENT}/requests/request-journal.ts`,
    find: 'isLost && call.spec.mutates === true ? outcomeUnknown',
    replace: 'isLost && call.spec.mutates === undefined ? outcomeUnknown',
  },
  {
    bug: 'a session that is held by another connection is given up at once',
    file: `${CLIENT}/connection/open-connection.ts`,
    find: "return error instanceof ExecError && error.kind === 'sessionBusy' ? 'busy' : 'final';",
    replace: "return error instanceof ExecError && error.kind === 'sessionUnknown' ? 'busy' : 'final';",
  },
];

/** Where the smallest schedule lies that showed a bug. */
export function scheduleOf({ bug }: Mutation): string {
  return join(import.meta.dirname, '../regressions', `${bug.replaceAll(/\W+/g, '-')}.json`);
}
