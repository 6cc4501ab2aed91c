import {
  explainAsJson,
  explainInWords,
  explainSeatbelt,
  type HostRules,
  parseHostRules,
  type SandboxPlan,
} from '@holdfast/sandbox';
import { cancelledRule } from '@holdfast/sandbox/internal';
import { Command, Option } from 'commander';
import { closeInheritedDescriptors } from '../inherited-descriptors.js';
import { type LocalPermissions, namesOfRules } from '../sandbox/local-intent.js';
import { withOwnTemporary } from '../sandbox/own-temporary.js';
import { collectPath } from '../sandbox/path-option.js';
import { planLocally } from '../sandbox/plan-locally.js';
import { runLocally } from '../sandbox/run-locally.js';
import { withSetUp } from '../sandbox/with-set-up.js';
import { printable, printableLines } from '../text/printable.js';
import { ProgramRunner } from './program-runner.js';

interface SandboxOptions {
  readonly write: readonly string[];
  readonly read: readonly string[];
  readonly deny: readonly string[];
  readonly net?: 'on' | 'off';
  readonly allowHost: readonly string[];
  readonly denyHost: readonly string[];
}

const HELP = `
The command may read everything and write nothing but a temporary directory of its own; --write, --read and --deny
change that, and the longest path wins. Even where it may write, git hooks and config stay as they are, and so do
start-up files of shells and editors and settings of agents at the top of each directory (docs/sandbox.md lists their
names; missing ones can be made but for the most common, and in a home for many more). When it ends, everything that
it started ends.
  125    the sandbox could not be set up, and nothing was run; or the command ended with 0, and output of it was lost,
         as on a full disk
  128+n  signal n ended the command

Examples:
  $ holdfast sandbox --write . -- npm test
  $ holdfast sandbox --write . --deny ~/.ssh --allow-host registry.npmjs.org -- sh -c 'npm ci --cache "$TMPDIR"'
  $ holdfast sandbox explain --write . -- npm test
`;

/** `holdfast sandbox`: a command on this machine that may do only what was named. */
export function sandboxCommand(finish: (exitCode: number) => void): Command {
  const command = withPermissions(new ProgramRunner('sandbox'))
    .description('Run a command on this machine in a sandbox.')
    .usage('[options] -- command [args...]')
    .enablePositionalOptions()
    .addHelpText('after', HELP)
    .action(async (argv: readonly [string, ...string[]], options: SandboxOptions) => {
      closeInheritedDescriptors();
      finish(await runLocally(argv, permissionsOf(options)));
    });
  return command.addCommand(explainCommand(finish));
}

function explainCommand(finish: (exitCode: number) => void): Command {
  return withPermissions(new Command('explain'))
    .description('Say what a command could do and how that is enforced, and run nothing.')
    .usage('[options] -- command [args...]')
    .option('--json', 'print both phases of the plan as JSON')
    .addOption(
      new Option('--platform <name>', 'print the profile of that system for the same files').choices([
        'macos',
      ]),
    )
    .action(async (argv: readonly [string, ...string[]], options: ExplainOptions, explain: Command) => {
      refuseOptionsOf(explain.parent);
      const exitCode = await withSetUp(async (setUp) => {
        const explanation = await withOwnTemporary(permissionsOf(options), async ({ env, permissions }) => {
          const { plan } = await planLocally(argv, env, permissions, setUp);
          return explanationOf(plan, permissions, options);
        });
        process.stdout.write(explanation);
        return 0;
      });
      finish(exitCode);
    });
}

/** They would say nothing of what is explained. */
function refuseOptionsOf(command: Command | null): void {
  const given = command?.options.find(
    (option) => command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (given !== undefined)
    throw new Error(`${given.long ?? ''} has to stand behind explain, which it is for.`);
}

interface ExplainOptions extends SandboxOptions {
  readonly json?: true;
  readonly platform?: 'macos';
}

function explanationOf(
  plan: SandboxPlan,
  permissions: LocalPermissions,
  { json, platform }: ExplainOptions,
): string {
  if (platform === undefined) {
    if (json !== true) return explainInWords(plan, printable, namesOfRules(permissions));
    return `${printableLines(JSON.stringify(explainAsJson(plan), null, 2))}\n`;
  }
  if (json === true) throw new Error('A profile is text; leave out --json or --platform.');
  if (plan.hosts !== undefined) {
    throw new Error('A profile has no network of listed hosts; leave out --allow-host or --platform.');
  }
  // In a file it is to be what the other system takes.
  const profile = explainSeatbelt(plan.policy);
  return process.stdout.isTTY ? printableLines(profile) : profile;
}

function withPermissions(command: Command): Command {
  return command
    .argument('<command...>', 'the program and its arguments; no shell is involved')
    .option('--write <dir>', 'let it write below a directory; repeat for more', collectPath, [])
    .option(
      '--read <path>',
      'let it only read a file or directory below a --write, or a --deny; what is missing there stays missing',
      collectPath,
      [],
    )
    .option('--deny <path>', 'keep a file or directory from it; repeat for more', collectPath, [])
    .option(
      '--allow-host <host>',
      'let it reach HOST or HOST:PORT (default 80 and 443), *.DOMAIN, or localhost:PORT; repeat for more',
      collect,
      [],
    )
    .option('--deny-host <host>', 'keep a host from it although an --allow-host covers it', collect, [])
    .addOption(
      new Option('--net <state>', 'whether it may use the network; default: off').choices(['on', 'off']),
    )
    .passThroughOptions();
}

function permissionsOf({ write, read, deny, net, allowHost, denyHost }: SandboxOptions): LocalPermissions {
  return { write, read, deny, network: net ?? 'off', hosts: hostsOf(net, allowHost, denyHost) };
}

function hostsOf(
  net: 'on' | 'off' | undefined,
  allow: readonly string[],
  deny: readonly string[],
): HostRules | undefined {
  if (allow.length === 0 && deny.length === 0) return undefined;
  if (net !== undefined)
    throw new Error(`--net ${net} allows ${net === 'on' ? 'every host' : 'none'}; leave out one of the two.`);
  if (allow.length === 0)
    throw new Error('--deny-host says what an --allow-host leaves out; give one, or leave it out.');
  const rules = parseHostRules({ allow, deny });
  const cancelled = cancelledRule(rules);
  if (cancelled !== undefined)
    throw new Error(
      `--deny-host ${cancelled.denied.pattern} leaves nothing of --allow-host ${cancelled.allowed.pattern}; leave out one of the two.`,
    );
  return rules;
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
