import { ExecError } from '@holdfast/exec-protocol';

/** The parts of a start that ask for confinement, as the client sent them. */
export interface ConfinementRequest {
  /** A portable sandbox intent, or null for none. */
  readonly sandbox: Readonly<Record<string, unknown>> | null;
  /** Whether network traffic must go through a managed proxy. */
  readonly enforceManagedNetwork: boolean;
  /** A proxy that the executor is to run for the process, or null for none. */
  readonly networkProxy: Readonly<Record<string, unknown>> | null;
}

/**
 * Decides how a process is confined. No backend exists yet, so whatever asks for confinement is refused before anything
 * starts: nothing that asked for a sandbox ever runs without one.
 * @throws ExecError `sandboxUnsupported`, naming the member that cannot be honoured.
 */
export function prepare(request: ConfinementRequest): void {
  if (request.sandbox !== null) refuse('sandbox', 'null');
  if (request.enforceManagedNetwork) refuse('enforceManagedNetwork', 'false');
  if (request.networkProxy !== null) refuse('networkProxy', 'null');
}

function refuse(member: string, neutral: string): never {
  throw new ExecError(
    'sandboxUnsupported',
    `${member}: this executor has no sandbox yet, and runs nothing unconfined that asked for one; send ${neutral} to run without`,
  );
}
