// The public surface, rolled up from the build. Update with `npm run api:update`.

// index.d.ts
/** The parts of a start that ask for confinement, as the client sent them. */
interface ConfinementRequest {
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
declare function prepare(request: ConfinementRequest): void;

export { type ConfinementRequest, prepare };
