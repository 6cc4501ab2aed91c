import { Command, type ParseOptionsResult } from 'commander';

/** A command that runs a program, and has subcommands: what follows `--` is the program, whatever that is called. */
export class ProgramRunner extends Command {
  override parseOptions(words: string[]): ParseOptionsResult {
    const parsed = super.parseOptions(words);
    const { operands, unknown } = parsed;
    if (unknown.length === 0 && words.at(-operands.length - 1) === '--') this.#forgetSubcommands();
    return parsed;
  }

  /** Commander looks for them among all words that are no options. */
  #forgetSubcommands(): void {
    this.helpCommand(false);
    (this.commands as Command[]).length = 0;
  }
}
