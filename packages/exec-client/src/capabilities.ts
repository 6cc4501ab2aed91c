import {
  capabilitiesDiscover,
  capabilityRootsDiscover,
  type EnvironmentInfo,
  type InstalledCapabilities,
  type RootCapabilities,
} from '@holdfast/exec-protocol';
import type { Link } from './connection/link.js';
import { executorUri } from './executor-path.js';

/** Asks which plugins and skills are installed. */
export async function installedCapabilities(
  link: Link,
  executor: EnvironmentInfo,
  signal?: AbortSignal,
): Promise<InstalledCapabilities> {
  // The wire wants to know where its client works, and looks for nothing there.
  const cwd = executor.cwd ?? executorUri(executor.platformOs === 'windows' ? 'C:\\' : '/', executor, 'cwd');
  return await link.request(capabilitiesDiscover, { cwd }, signal);
}

/** Asks what plugins and skills lie below directories. @throws ExecError `invalidPath` before anything is sent. */
export async function capabilitiesBelow(
  link: Link,
  executor: EnvironmentInfo,
  directories: readonly string[],
  signal?: AbortSignal,
): Promise<readonly RootCapabilities[]> {
  const roots = directories.map((id) => ({ id, path: executorUri(id, executor, 'directories') }));
  return (await link.request(capabilityRootsDiscover, { roots }, signal)).roots;
}
