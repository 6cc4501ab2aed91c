import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Has V8 give back at once what nobody holds any more. */
export const collectGarbage = runInNewContext('gc') as () => void;
