/**
 * Names at the top of a writable root whose content is run by somebody else later: by a shell, an editor, git, or an
 * agent that starts there. They stay as they are, or stay missing.
 */
export const PROTECTED_NAMES: readonly string[] = [
  '.agents',
  '.bash_aliases',
  '.bash_login',
  '.bash_logout',
  '.bash_profile',
  '.bashrc',
  '.claude',
  '.codex',
  '.cursor',
  '.envrc',
  '.gitconfig',
  '.gitmodules',
  '.idea',
  '.mcp.json',
  '.profile',
  '.ripgreprc',
  '.vscode',
  '.zlogin',
  '.zlogout',
  '.zprofile',
  '.zshenv',
  '.zshrc',
];
