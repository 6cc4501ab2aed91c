// The public surface, rolled up from the build. Update with `npm run api:update`.

// index.d.ts
import { Readable, Writable } from 'node:stream';

/** How much is logged. */
type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Where and how much output is spilled to disk; beyond it processes wait for their readers. */
interface SpillSettings {
    /** A directory on a disk, in which the server makes a private one; default `/var/tmp`. */
    readonly directory?: string;
    /** For one process; default 256 MiB. */
    readonly processBytes?: number;
    /** For all processes; default 4 GiB. */
    readonly serverBytes?: number;
}
/** How a server is set up. */
interface ExecServerOptions {
    /** `ws://IP:PORT` on loopback, `unix:PATH` or `stdio`; default `ws://127.0.0.1:0`, a free port. */
    readonly listen?: string;
    /** The capability token that WebSocket clients must show; default a fresh one, null to let everybody in. */
    readonly token?: string | null;
    /** Names that the `Host` header may have besides IP addresses and localhost. */
    readonly allowedHosts?: readonly string[];
    /** How much is logged to stderr; default `info`. */
    readonly logLevel?: LogLevel;
    /** Where output goes that nobody has read yet and that fits into no memory. */
    readonly spill?: SpillSettings;
    /** The streams that `stdio` uses; default those of this program. */
    readonly stdio?: {
        readonly input: Readable;
        readonly output: Writable;
    };
}
/** A running server. */
interface ExecServer extends AsyncDisposable {
    /** What clients dial, token included; undefined on stdio. */
    readonly url: string | undefined;
    /** Settles when a stdio server's input has ended and its processes with it; never for other servers. */
    readonly ended: Promise<void>;
    /** Ends all connections and all processes; waits until they are gone. */
    close(): Promise<void>;
}
/**
 * Starts a server. The only place that knows every layer.
 * @throws RangeError for a listen URL that is not understood; Error from the system when it cannot be had.
 */
declare function createExecServer(options?: ExecServerOptions): Promise<ExecServer>;

/** Where a server listens unless told otherwise: loopback, a free port. */
declare const DEFAULT_LISTEN_URL = "ws://127.0.0.1:0";

export { DEFAULT_LISTEN_URL, type ExecServer, type ExecServerOptions, type LogLevel, type SpillSettings, createExecServer };
