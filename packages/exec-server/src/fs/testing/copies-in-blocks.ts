import { constants, copyFileSync } from 'node:fs';
import { Tree } from './tree.js';

/** Whether large files are copied block by block here: where two files can share what lies on the disk, a copy takes no time. */
export const COPIES_IN_BLOCKS = process.platform === 'linux' && !sharesContent();

function sharesContent(): boolean {
  using tree = new Tree();
  tree.file('from', 'content');
  try {
    copyFileSync(tree.text('from'), tree.text('to'), constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  }
}
