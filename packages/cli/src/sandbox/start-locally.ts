import { type ChildProcess, spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { type OpenLaunch, type SetUp, type StartedWrapper, startWrapper } from '@holdfast/sandbox';
import { closeInspector } from '../inspector.js';
import type { CarriedStreams } from './carried-streams.js';
import { hasTerminal } from './plan-locally.js';
import { explainTooLong } from './too-long.js';
import { WrapperErrors } from './wrapper-errors.js';

/**
 * Starts a command in its sandbox with the streams of this program, and waits until it runs. Nothing is taken from them, and nothing is
 * shown of a start that fails.
 * @throws As `startWrapper`, with words for a command that is too long.
 */
export async function startLocally(
  launch: OpenLaunch,
  setUp: SetUp,
  streams: CarriedStreams,
): Promise<StartedWrapper> {
  closeInspector();
  let errors: WrapperErrors | undefined;
  try {
    return await startWrapper(launch, {
      setUp,
      spawn: (opened) => {
        const child = spawnWrapper(opened, streams);
        // There is none of a start that has failed.
        if (child.stderr instanceof Readable) errors = new WrapperErrors(child.stderr);
        return child;
      },
      complaint: () => errors?.all ?? streams.takeErrors(),
    });
  } catch (error) {
    throw explainTooLong(error);
  }
}

function spawnWrapper(
  { program, args, env, ...launch }: OpenLaunch,
  { stdio }: CarriedStreams,
): ChildProcess {
  const [input, output, errors] = stdio;
  return spawn(program, args, {
    env,
    stdio: [input, output, launch.hasOwnErrors ? 'pipe' : errors, ...launch.stdio],
    // Its own group, or the command could signal this one. On a terminal it must stay in the one in the foreground.
    detached: !hasTerminal(),
  });
}
