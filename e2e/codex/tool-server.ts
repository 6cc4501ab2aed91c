import { join } from 'node:path';

/** An MCP server with one tool, `letters`, whose answer is as long as its caller wants. */
export const TOOL_SERVER: string = join(import.meta.dirname, '..', 'programs', 'sized-tool.mjs');

/** What makes the CLI start it on the executor, as `mcp__sized`. */
export const toolServer = (cwd: string): string => `
[mcp_servers.sized]
command = ${JSON.stringify(process.execPath)}
args = [${JSON.stringify(TOOL_SERVER)}]
cwd = ${JSON.stringify(cwd)}
environment_id = "remote"
required = true
startup_timeout_sec = 60
`;
