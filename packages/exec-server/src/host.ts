import { homedir, platform, tmpdir, userInfo } from 'node:os';
import { basename } from 'node:path';
import { type EnvironmentInfo, formatPathUri, VERSION } from '@holdfast/exec-protocol';

/** What the server knows of its machine; read once, at start. */
export interface Host {
  readonly env: Readonly<Record<string, string>>;
  readonly environment: EnvironmentInfo;
}

const PLATFORM_NAMES: Readonly<Record<string, string>> = {
  linux: 'linux',
  darwin: 'macos',
  win32: 'windows',
};

/** Reads the facts of this machine. */
export function readHost(): Host {
  const env = definedValues(process.env);
  const shell = ofThisUser(() => userInfo().shell) ?? env['SHELL'] ?? '/bin/sh';
  const home = ofThisUser(homedir);
  return {
    env,
    environment: {
      shell: { name: basename(shell), path: shell },
      executorVersion: VERSION,
      cwd: formatPathUri(process.cwd(), 'posix'),
      userHomeDir: home === undefined ? null : formatPathUri(home, 'posix'),
      platformOs: PLATFORM_NAMES[platform()] ?? platform(),
      prependPathDirs: [],
      temporaryDirectories: env['TMPDIR'] === undefined ? [] : [formatPathUri(env['TMPDIR'], 'posix')],
      tempDir: formatPathUri(tmpdir(), 'posix'),
      capabilities: {},
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
