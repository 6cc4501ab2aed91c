import * as fs from 'node:fs';
import { dirname } from 'node:path';

const RETRY_MS = 200;

/** Runs `action` while this process alone holds `file`, so that two set-ups never build over each other. */
export async function withLock(file, action) {
  fs.mkdirSync(dirname(file), { recursive: true });
  while (!tryTake(file)) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  try {
    return await action();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

function tryTake(file) {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isHeld(file)) fs.rmSync(file, { force: true });
    return false;
  }
}

function isHeld(file) {
  try {
    const owner = Number(fs.readFileSync(file, 'utf8'));
    // Between creation and the write of the pid the file is empty: then somebody is just taking it.
    return owner === 0 || process.kill(owner, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
