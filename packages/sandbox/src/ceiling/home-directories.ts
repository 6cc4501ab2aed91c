import { homedir, userInfo } from 'node:os';

/** The homes of this user: where programs look for it by HOME, and where a login begins. */
export function homeDirectories(): readonly string[] {
  return [...new Set([homedir(), ...homeOfLogin()])];
}

function homeOfLogin(): readonly string[] {
  try {
    return [userInfo().homedir];
  } catch {
    // This user has no entry in /etc/passwd.
    return [];
  }
}
