import type { SetUp } from '@holdfast/sandbox';
import { ModelChild } from '../../testing/model-processes.js';
import type { Child, ChildListener, ChildSpec } from '../spawn/child.js';
import type { SpawnError } from '../spawn/spawn-error.js';

/** Helpers that say what a test lets them say. */
export class ModelHelpers {
  readonly children: ModelChild[] = [];
  readonly ended: number[] = [];
  /** Of those that were begun. */
  readonly setUps: SetUp[] = [];
  failure: SpawnError | undefined;
  /** Whether none is started before its set-up ends. */
  isHeld = false;
  /** What the next ones see. */
  mounts = 'whole';

  spawn({ confinement }: ChildSpec, _terminal: unknown, listener: ChildListener): Promise<Child> {
    if (confinement === undefined) throw new Error('a helper was started without a sandbox');
    this.setUps.push(confinement.setUp);
    if (this.isHeld) return confinement.setUp.until(new Promise(() => undefined));
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const child = new ModelChild(this.children.length, undefined, listener);
    child.mounts = this.mounts;
    this.children.push(child);
    return Promise.resolve(child);
  }

  kill(child: Child): void {
    this.ended.push(child.pid);
    this.children[child.pid]?.end(137);
  }

  /** Answers everything that was asked of a helper and was not answered yet. */
  answer(at: number): void {
    const child = this.children[at];
    if (child === undefined) throw new Error(`there is no helper ${String(at)}`);
    const lines = child.stdin.split('\n').filter((line) => line.startsWith('{'));
    child.stdin = '';
    for (const line of lines) {
      const { id, params } = JSON.parse(line) as { id: number; params: { handleId?: string; path?: string } };
      const { handleId, path } = params;
      child.print(`${JSON.stringify({ id, result: handleId === undefined ? { path } : { handleId } })}\n`);
    }
  }
}
