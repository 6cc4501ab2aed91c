import type { Model } from './scripted-model.js';

/** How the CLI's model starts a command. */
export interface ExecArguments {
  readonly cmd: string;
  readonly tty?: boolean;
  readonly workdir?: string;
  readonly login?: boolean;
  /** How long the CLI waits for the end before it tells of what there is; 250 to 30,000. */
  readonly yield_time_ms?: number;
  /** More output than this is cut in the middle. */
  readonly max_output_tokens?: number;
}

/** How the CLI's model writes to a command, or only looks. */
export interface WriteArguments {
  readonly session_id: number;
  readonly chars?: string;
  readonly yield_time_ms?: number;
  readonly max_output_tokens?: number;
}

/** What the model is told of a command. */
export type CommandReport =
  | { readonly exitCode: number; readonly output: string; readonly tokens: number }
  | { readonly sessionId: number; readonly output: string; readonly tokens: number };

/** Runs a command and gives the first report on it. */
export async function execCommand(model: Model, args: ExecArguments): Promise<CommandReport> {
  return parseReport(await model.callTool('exec_command', args));
}

/** Writes to a command and gives what it has printed since the last report. */
export async function writeStdin(model: Model, args: WriteArguments): Promise<CommandReport> {
  return parseReport(await model.callTool('write_stdin', args));
}

const REPORT =
  /^Chunk ID: \w+\nWall time: [\d.]+ seconds\n(?:Process exited with code (?<exit>-?\d+)|Process running with session ID (?<session>\d+))\nOriginal token count: (?<tokens>\d+)\nOutput:\n(?<output>[^]*)$/;

function parseReport(text: string): CommandReport {
  const { exit, session, tokens, output = '' } = REPORT.exec(text)?.groups ?? {};
  const rest = { output, tokens: Number(tokens) };
  if (exit !== undefined) return { exitCode: Number(exit), ...rest };
  if (session !== undefined) return { sessionId: Number(session), ...rest };
  throw new Error(`the model was not told of a command but: ${text.slice(0, 500)}`);
}

/** Names a command that goes on, for `writeStdin`. */
export function sessionOf(report: CommandReport): number {
  if ('sessionId' in report) return report.sessionId;
  throw new Error(`the command has ended: ${JSON.stringify(report)}`);
}

/**
 * Looks at a command that goes on until it has printed a text or ended, and gives all that it printed since `report`, which
 * is where to begin.
 */
export async function printed(model: Model, report: CommandReport, text: string): Promise<CommandReport> {
  if ('exitCode' in report || report.output.includes(text)) return report;
  const next = await writeStdin(model, { session_id: report.sessionId });
  return printed(
    model,
    { ...next, output: report.output + next.output, tokens: report.tokens + next.tokens },
    text,
  );
}

/** Looks at a command until it has ended, and gives all that it printed since `report`, which is where to begin. */
export async function ended(
  model: Model,
  report: CommandReport,
): Promise<CommandReport & { readonly exitCode: number }> {
  if ('exitCode' in report) return report;
  const next = await writeStdin(model, { session_id: report.sessionId });
  return ended(model, { ...next, output: report.output + next.output, tokens: report.tokens + next.tokens });
}
