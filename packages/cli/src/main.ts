#!/usr/bin/env node
import { endOnBrokenOutput } from './follow/broken-output.js';
import { ignoreInspectorSignal } from './inspector.js';
import { runCli } from './program.js';
import { surviveHangUp } from './terminal/hang-up.js';

ignoreInspectorSignal();
surviveHangUp();
endOnBrokenOutput();
process.exitCode = await runCli(process.argv);
