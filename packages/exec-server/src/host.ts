import { homedir, hostname, platform, tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { type EnvironmentInfo, formatPathUri, VERSION } from '@holdfast/exec-protocol';

/** Where the Codex CLI keeps what configures it; absolute paths. */
export interface CodexPlaces {
  /** Undefined for a user whom the system does not know. */
  readonly userHome: string | undefined;
  /** What this user has set; undefined without a home. */
  readonly codexHome: string | undefined;
  /** What an administrator has set for all users. */
  readonly systemDirectory: string;
  readonly hostname: string;
}

/** What the server knows of its machine; read once, at start. */
export interface Host {
  readonly env: Readonly<Record<string, string>>;
  readonly environment: EnvironmentInfo;
  readonly codex: CodexPlaces;
}

/**
 * The release of the reference whose wire this server speaks. The Codex CLI asks for some things, such as installed skills, only
 * where it knows from the version that they are there.
 */
const REFERENCE_RELEASE = '0.169.0';

const PLATFORM_NAMES: Readonly<Record<string, string>> = {
  linux: 'linux',
  darwin: 'macos',
  win32: 'windows',
};

/**
 * Reads the facts of this machine.
 * @param hasCeiling Whether an operator holds everything to a maximum: then a file cannot be watched for.
 */
export function readHost(hasCeiling: boolean): Host {
  const env = definedValues(process.env);
  const shell = ofThisUser(() => userInfo().shell) ?? env['SHELL'] ?? '/bin/sh';
  const home = ofThisUser(homedir);
  return {
    env,
    codex: {
      userHome: home,
      codexHome: env['CODEX_HOME'] ?? (home === undefined ? undefined : join(home, '.codex')),
      systemDirectory: '/etc/codex',
      hostname: hostname(),
    },
    environment: {
      shell: { name: basename(shell), path: shell },
      executorVersion: `${REFERENCE_RELEASE}+holdfast.${VERSION}`,
      cwd: formatPathUri(process.cwd(), 'posix'),
      userHomeDir: home === undefined ? null : formatPathUri(home, 'posix'),
      platformOs: PLATFORM_NAMES[platform()] ?? platform(),
      prependPathDirs: [],
      temporaryDirectories: env['TMPDIR'] === undefined ? [] : [formatPathUri(env['TMPDIR'], 'posix')],
      tempDir: formatPathUri(tmpdir(), 'posix'),
      capabilities: {
        environmentConfigRead: true,
        capabilityDiscoveryV2: true,
        fsWatchMissing: !hasCeiling,
        fileWriteStreaming: true,
        httpHeaderEnvVars: true,
        ...(platform() === 'linux' ? { networkProxyLaunch: true } : {}),
      },
    },
  };
}

/** The system knows nothing of a user who was made up for a container. */
function ofThisUser(look: () => string | null): string | undefined {
  try {
    return look() ?? undefined;
  } catch {
    return undefined;
  }
}

function definedValues(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
