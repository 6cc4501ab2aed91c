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

/** More such names, which stay missing where the root is a home; what is missing there shows as an empty file. */
export const PROTECTED_HOME_FILES: readonly string[] = [
  '.bash_login',
  '.bash_logout',
  '.cshrc',
  '.gitconfig',
  '.inputrc',
  '.login',
  '.logout',
  '.tcshrc',
  '.zlogin',
  '.zlogout',
  '.zprofile',
];

/** The same, of those that may be directories, or whose programs look elsewhere where they find one: it shows as an empty directory. */
export const PROTECTED_HOME_DIRECTORIES: readonly string[] = [
  '.config/git',
  '.emacs',
  '.emacs.d',
  '.emacs.el',
  '.exrc',
  '.ssh',
  '.vim',
  '.vimrc',
];

/** Names which mean something in few directories: they stay as they are where they are there. */
export const PROTECTED_IF_THERE: readonly string[] = [
  ...PROTECTED_HOME_FILES,
  ...PROTECTED_HOME_DIRECTORIES,
  '.bash_aliases',
  '.config/autostart',
  '.config/emacs',
  '.config/environment.d',
  '.config/fish',
  '.config/nvim',
  '.config/systemd',
  '.config/vim',
  '.gdbinit',
  '.gvimrc',
  '.husky',
  '.kshrc',
  '.mkshrc',
  '.nanorc',
  '.pam_environment',
  '.ripgreprc',
  '.screenrc',
  '.tmux.conf',
  '.xinitrc',
  '.xprofile',
  '.xsession',
  '.xsessionrc',
];
