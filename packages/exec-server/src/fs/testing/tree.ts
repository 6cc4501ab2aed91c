import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import type { NativePath } from '../native-path.js';

/** A directory for one test, and short words for what lies in it. */
export class Tree implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'holdfast-fs-'));

  /** The text of a path below the root. */
  text(name: string): string {
    return name === '' ? this.root : join(this.root, name);
  }

  path(name: string): NativePath {
    return Buffer.from(this.text(name));
  }

  file(name: string, content = ''): NativePath {
    mkdirSync(dirname(this.text(name)), { recursive: true });
    writeFileSync(this.text(name), content);
    return this.path(name);
  }

  directory(name: string): NativePath {
    mkdirSync(this.text(name), { recursive: true });
    return this.path(name);
  }

  link(name: string, target: string): NativePath {
    symlinkSync(target, this.text(name));
    return this.path(name);
  }

  [Symbol.dispose](): void {
    chmodSync(this.root, 0o700);
    rmSync(this.root, { recursive: true });
  }
}

/** The kind with which something fails. */
export async function kindOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'no failure',
    (error: unknown) => (error instanceof ExecError ? error.kind : String(error)),
  );
}
