import { VERSION } from '@holdfast/exec-protocol';
import { Command, CommanderError } from 'commander';
import { attachCommand } from './commands/attach.js';
import { conformanceCommand } from './commands/conformance.js';
import { cpCommand } from './commands/cp.js';
import { killCommand } from './commands/kill.js';
import { logsCommand } from './commands/logs.js';
import { psCommand } from './commands/ps.js';
import { runCommand } from './commands/run.js';
import { sandboxCommand } from './commands/sandbox.js';
import { serveCommand } from './commands/serve.js';
import { complain, messageOf } from './complain.js';
import { EXIT_OWN_FAILURE } from './exit-codes.js';
import { refuseLostArguments } from './lost-bytes.js';

const COMMANDS = [
  serveCommand,
  runCommand,
  psCommand,
  logsCommand,
  attachCommand,
  killCommand,
  cpCommand,
  conformanceCommand,
  sandboxCommand,
];

/** Runs one `holdfast` command line. @returns the exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const finish = (code: number): void => {
    exitCode = code;
  };
  const program = new Command('holdfast')
    .description('Runs commands on another machine and never loses them.')
    .version(VERSION, '-V, --version')
    .enablePositionalOptions()
    .showHelpAfterError('(try --help)')
    .exitOverride();
  for (const create of COMMANDS) {
    program.addCommand(inherit(create(finish), program));
  }
  try {
    refuseLostArguments(argv);
    await program.parseAsync([...argv]);
  } catch (error) {
    // Commander has printed its own complaint; help and --version end the same way, with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_OWN_FAILURE;
    complain(messageOf(error));
    return EXIT_OWN_FAILURE;
  }
  return exitCode;
}

function inherit(command: Command, program: Command): Command {
  for (const subcommand of command.commands) inherit(subcommand, program);
  return command.copyInheritedSettings(program);
}
