/**
 * Names at the top of a writable root whose content is run by somebody else later: by a shell, an editor, git, or an
 * agent that starts there. They stay as they are, or stay missing.
 */
export const PROTECTED_NAMES: readonly string[] = [
  '.agents',
  '.bash_profile',
  '.bashrc',
  '.claude',
  '.codex',
  '.cursor',
  '.envrc',
  '.gitmodules',
  '.idea',
  '.mcp.json',
  '.profile',
  '.vscode',
  '.zshenv',
  '.zshrc',
];

/** More such names, which mean something in few directories: they stay as they are where they are there. */
export const PROTECTED_IF_THERE: readonly string[] = [
  '.bash_aliases',
  '.bash_login',
  '.bash_logout',
  '.config/git',
  '.gitconfig',
  '.husky',
  '.ripgreprc',
  '.ssh',
  '.zlogin',
  '.zlogout',
  '.zprofile',
];
