/** Links that one path may lead through; the kernel's figure. */
export const MAX_LINKS_FOLLOWED = 40;

/** Texts that the braces of one name of a pattern stand for; a pattern with more is refused. */
export const MAX_BRACE_TEXTS = 256;

/** Names that these links may have in all; a path that needs more leads nowhere. */
export const MAX_LINKED_NAMES = 512;

/** Bytes of a file that is read while a sandbox is planned, such as the config of a repository. */
export const MAX_SMALL_FILE_BYTES = 64 * 1024;

/** Entries of directories that the deny globs of one intent may look at. */
export const MAX_SCANNED_ENTRIES = 400_000;

/** Characters of one pattern: as many as a path may have. What it takes to read one grows with their square. */
export const MAX_PATTERN_CHARACTERS = 4096;

/**
 * Characters of all texts that the names of the patterns of one intent stand for. Braces make many of them out of few: `{a,b}{a,b}`
 * stands for four texts of two characters.
 */
export const MAX_GLOB_TEXT_CHARACTERS = 512 * 1024;

/** How often the name of such an entry may be compared with a text of one of the globs. A comparison takes less than a microsecond. */
export const MAX_GLOB_COMPARISONS = 20_000_000;

/** Directories in which repositories are looked for below one root that may be written; the rest of it is told of. */
export const MAX_SCANNED_DIRECTORIES = 4096;

/** The same below a root that many share, such as /tmp: it may hold anything, and is looked through for every start. */
export const MAX_SCANNED_SHARED_DIRECTORIES = 1024;

/** Entries of directories that are read below one root while repositories are looked for, and so in one directory too. */
export const MAX_SCANNED_TREE_ENTRIES = 100_000;

/** Repositories of one root that are asked for again, first of all, when it could not be looked through to its end. */
export const MAX_KNOWN_REPOSITORIES = 4096;

/** Characters in the paths of such repositories of all roots together; beyond, those found last where most is known are forgotten. */
export const MAX_KNOWN_REPOSITORY_CHARACTERS = 16_777_216;

/** Mounts that all repositories of one sandbox may need; where they need more, some stay as they are as a whole. */
export const MAX_REPOSITORY_MOUNTS = 2000;

/**
 * Directories above something read-only or denied that are kept from being renamed, counted from what may be written; where
 * there are more, one of them is read-only as a whole. Bubblewrap takes 0.1 s for 64 of them, and 9 s for 600.
 */
export const MAX_PINNED_DEPTH = 64;

/** Places below what may be written at which this machine has something mounted, and above which nothing can be renamed. */
export const MAX_KEPT_MOUNTS = 64;

/** Other places at which what one profile denies may be mounted; where there are more, nothing is started. */
export const MAX_ALIASES = 32_768;

/**
 * Bytes of the path of what is read-only or denied where something may be written; where there are more, a directory above it is
 * read-only as a whole. Bubblewrap puts a name before each path, and no path that the kernel takes has 4,096.
 */
export const MAX_RESTRICTED_PATH_BYTES = 4000;

/** Bytes of all indexes of git together that are looked through once a command has changed them; of further ones that is told. */
export const MAX_INDEX_BYTES = 32 * 1024 * 1024;

/** Characters of all names in them, which may be written in a few bytes each, and 16 more for each name. */
export const MAX_INDEX_CHARACTERS = 64 * 1024 * 1024;

/** Bytes of all names of packs together that are looked through in indexes of several packs; of further ones that is told. */
export const MAX_PACK_NAME_BYTES = 4 * 1024 * 1024;

/** Entries of the directory of one repository that are looked at when a command has ended; that there are more is told. */
export const MAX_LOOKED_GIT_ENTRIES = 16_384;

/** The same of all repositories of one command together. */
export const MAX_LOOKED_ENTRIES = 65_536;

/** Files among their objects, in directories of these that have changed, so as to find what git does not make there. */
export const MAX_LOOKED_OBJECTS = 131_072;

/** Names that an operator has protected beside those that are anyway; each takes a mount at the top of each root. */
export const MAX_PROTECTED_NAMES = 64;

/** Linked worktrees of all repositories of one sandbox; what a repository keeps of its own stays as it is where they are more. */
export const MAX_LINKED_WORKTREES = 256;

/**
 * Names that are looked at for all `.git` files and links that lead far around, and as many for links at what is to be protected, for
 * entries and for what patterns match;
 * each of them has some for itself. What needs more is not followed, and told of.
 */
export const MAX_FOLLOWED_NAMES = 8192;

/** Config files of one repository that are asked what they name, with those that they include; the rest is told of. */
export const MAX_GIT_CONFIGS = 64;

/** Entries of a directory of hooks among which links are looked for; of a larger one it is told. */
export const MAX_HOOKS = 1024;

/** Bytes of the configs of all repositories of one sandbox, in shares; what more a repository has is told of and not read. */
export const MAX_CONFIG_BYTES = 2 ** 20;

/** Places that are looked at since those configs name them, in shares, a path of many names for several; the rest is told of. */
export const MAX_CONFIG_LOOKS = 8192;

/** Mounts for what those configs name, and for directories above it that must keep their names, in shares; the rest is told of. */
export const MAX_CONFIG_MOUNTS = 1024;

/** Things that those configs name and that cannot be protected, each told of, in shares; the rest is told of together. */
export const MAX_CONFIG_GAPS = 2048;

/** What those configs name and is no program, to be told if it is one when the command has ended; of more a note tells. */
export const MAX_MISSING_PROGRAMS = 1024;

/** Links on the way to what those configs name, to be told if they have been replaced when the command has ended; of more a note tells. */
export const MAX_CONFIG_LINKS = 1024;

/** The same, of links on the way from `.git` files and links to what they lead to. */
export const MAX_POINTER_LINKS = 1024;

/** Places where `.git` files and links lead to no directory, or past one by `..`, to be told if they lead elsewhere when the command has ended; of more a note tells. */
export const MAX_OPEN_WAYS = 1024;

/** Repositories whose configs are read; those of more are told of. */
export const MAX_CONFIG_SHARES = 1024;

/** Entries of a directory among which a second spelling of a file, or a file to try, is looked for; in a larger one it counts as the same file. */
export const MAX_SPELLED_ENTRIES = 4096;

/** How long it may take to set up one sandbox, from the first look at this machine until its command runs. */
export const SANDBOX_START_MS = 30_000;

/** How long a search may keep the event loop for itself. */
export const SCAN_SLICE_MS = 2;

/** Directories on the way to what is looked at that are held open; beyond, they are opened again. */
export const MAX_HELD_WAYS = 64;

/** They are let go of within twice this time when nothing is looked at by them. */
export const HELD_WAYS_MS = 20;

/** So many levels that a directory lies deep count as one more of what is looked at: the way to it may have to be opened again. */
export const LEVELS_PER_DIRECTORY = 64;

/** The same for entries that deny globs look at. */
export const LEVELS_PER_ENTRY = 4;

/** Roots of which it is remembered what their directories hold; beyond, the one that was not used longest is forgotten. */
export const MAX_REMEMBERED_SCANS = 16;

/** How often a look at the files is begun anew because other sandboxes start or end meanwhile. */
export const MAX_LOOKS_IN_ONE_GO = 10;

/** Files that the deny globs of one intent may match; each needs a mount of its own. */
export const MAX_GLOB_MATCHES = 8192;

/**
 * Mounts for what the patterns of a ceiling match where commands may write, with those for the directories above it that keep their names;
 * a path of more than 127 bytes counts for several.
 */
export const MAX_CEILING_MOUNTS = 512;

/** Entries in one intent, and paths that they stand for, but for those that patterns match. */
export const MAX_INTENT_ENTRIES = 8192;

/** Directories that one profile lets be written, but for those that many users share: each takes more than a dozen mounts. */
export const MAX_WRITABLE_DIRECTORIES = 256;

/** Characters of a subpath, and of the name of a symbol that is not known here: as many as a path may have. */
export const MAX_SUBPATH_CHARACTERS = 4096;

/**
 * UTF-16 units of all paths and roots of an intent as they are written; what is in them may take three where it is encoded. To read
 * them takes a time that grows with it, also where they stand for short paths.
 */
export const MAX_WRITTEN_CHARACTERS = 2 ** 22;

/** Characters of all these paths and of what the patterns of the intent match. Planning takes a time that grows with them. */
export const MAX_INTENT_CHARACTERS = 2 ** 20;

/**
 * Names of the path that an entry stands for. A look at it, and a mount there, take a time that grows with their square, for
 * there is one of each directory above.
 */
export const MAX_ENTRY_DEPTH = 256;

/** Roots in one workspace. */
export const MAX_WORKSPACE_ROOTS = 1024;

/**
 * Files and directories that a sandbox denies by a mount each; with more of them, directories that hold mostly such are
 * covered. bubblewrap takes longer with the square of their number: a fifth of a second for as many.
 */
export const MAX_SINGLE_DENIALS = 300;

/** Words of options for bubblewrap. It accepts 9,000; the rest is for the variables of a managed network. */
export const MAX_BWRAP_WORDS = 8800;

/** Bytes of these options, which are arguments of a program and make up the table of mounts that it reads for each of them. */
export const MAX_BWRAP_BYTES = 512 * 1024;

/** How long the probe of bubblewrap may take. */
export const PROBE_TIMEOUT_MS = 5_000;

/** For how long bubblewrap is not tried again after it has failed: a trial keeps everything else waiting. */
export const PROBE_FAILURE_KEPT_MS = 10_000;

/** Bytes of bubblewrap's own status and of its complaint that are kept. */
export const MAX_STATUS_BYTES = 64 * 1024;

/** Lines in the allow and deny lists of one managed network. */
export const MAX_HOST_RULES = 1024;

/** Ports of the executor's own machine that one managed network may open. */
export const MAX_LOOPBACK_PORTS = 64;

/** Characters in the name of a host; the figure of the domain name system. */
export const MAX_HOST_LENGTH = 253;

/** Connections of one sandbox to its proxy at a time. One more is closed as soon as it is made. */
export const MAX_PROXY_CONNECTIONS = 256;

/** Bytes before the body of a request to the proxy. */
export const MAX_PROXY_HEADER_BYTES = 32 * 1024;

/** Headers of a request to the proxy, and of the answer to it. What Node takes to collect them grows with their square. */
export const MAX_PROXY_HEADERS = 512;

/** Bytes of a body that are joined where it comes in small parts. Node reads on to the end of what it has in its hands. */
export const MAX_JOINED_BYTES = 8 * 1024;

/** Connections, bodies and pieces of tunnels of all networks that go on in each turn of the event loop; a body may be in ten thousand parts. */
export const MAX_PASSED_A_TURN = 8;

/**
 * Lines of HTTP that are handed to Node at once, and it makes parts, headers or requests of; they take a whole turn of that kind. A
 * request takes longest, tens of microseconds; one has two lines.
 */
export const MAX_LINES_AT_ONCE = 256;

/** Bytes that wait in each queue of a connection of the proxy until no more are read: a part of any size, and none behind it. */
export const PROXY_QUEUE_BYTES = 1;

/** Requests on one connection behind its first; none of them is served. Package managers send ten at once. */
export const MAX_PROXY_REQUESTS_BEHIND = 16;

/** Bytes in which a client must have said to which TLS server it speaks. */
export const MAX_CLIENT_HELLO_BYTES = 32 * 1024;

/** How long a client may take until the proxy knows what it wants, and from the first byte of a TLS hello to its last. */
export const PROXY_REQUEST_TIMEOUT_MS = 20_000;

/** How long a client may take to read why it was refused, or the end of an answer, and to close its end. */
export const PROXY_FAREWELL_MS = 2_000;

/** Bytes that a client may send meanwhile, when it was refused. */
export const MAX_PROXY_FAREWELL_BYTES = 128 * 1024;

/** Names that are looked up at a time for one network. A further one waits. */
export const MAX_LOOKUPS_PER_NETWORK = 8;

/** The same for all networks of a server: each may hold a socket towards every server of names. */
export const MAX_LOOKUPS = 128;

/** Names that wait in one network until others are found. */
export const MAX_WAITING_LOOKUPS = 64;

/** How long the search for one name may take, from when it is begun. */
export const LOOKUP_TIMEOUT_MS = 10_000;

/** Addresses of one name that are tried. */
export const MAX_ADDRESSES_PER_NAME = 32;

/** Bytes of the table of hosts, and of what orders the search for names, that are read. */
export const MAX_HOST_TABLE_BYTES = 4 * 1024 * 1024;

/** Bytes of the routes for IPv6 in which addresses are looked for that are of this machine by a route alone. */
export const MAX_ROUTE_TABLE_BYTES = 1024 * 1024;

/** How long it may take to resolve a name and connect to it. */
export const PROXY_CONNECT_TIMEOUT_MS = 30_000;

/** After how long without a byte in either direction a connection through the proxy is closed. */
export const PROXY_IDLE_TIMEOUT_MS = 600_000;

/** How long it may take to make the network of one sandbox. */
export const CELL_START_TIMEOUT_MS = 10_000;

/** For how long no listener of it may come though one was sent: it is there at once, or never. */
export const CELL_HAND_OVER_MS = 1_000;

/** Networks that one server makes at once: each takes a program of its own for a moment. Further ones wait their turn. */
export const MAX_CELLS_STARTING = 4;

/** Lines at the end of its output that are looked at when a confined command has failed. */
export const MAX_JUDGED_LINES = 1000;

/** Bytes of one record of placeholders, which are those of one sandbox in one directory. */
export const MAX_RECORD_BYTES = 1024 * 1024;

/** Characters at the end of each of these lines that are looked at. */
export const MAX_JUDGED_LINE_LENGTH = 8192;

/** Characters of all of them; what stands before these is no evidence of a denial. */
export const MAX_JUDGED_CHARACTERS = 256 * 1024;

/** Paths that are looked up in them, those of the last lines first. */
export const MAX_JUDGED_PATHS = 256;

/** Files that are looked at on the way to those paths, links included; a path that needs more is no evidence. */
export const MAX_JUDGED_LOOKS = 1024;

/** How often a sandbox is planned for one start while files change under it; the last time it is refused. */
export const MAX_PLANS = 16;

/** How long a start may wait for another process that removes the very placeholder which it needs. */
export const PLACEHOLDER_WAIT_MS = 1_000;

/** How many directories with placeholders one program holds open; what it makes in others is looked for where they were. */
export const MAX_HELD_DIRECTORIES = 64;

/** How long a sandbox may take to end once its wrapper has; its processes are killed one by one until then. */
export const SANDBOX_END_MS = 30_000;
