#!/usr/bin/env node
import { runCli } from './program.js';
import { surviveHangUp } from './terminal/hang-up.js';

surviveHangUp();
process.exitCode = await runCli(process.argv);
