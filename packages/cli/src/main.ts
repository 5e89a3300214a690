#!/usr/bin/env node
// Entry of the `syncline` command. A command is called often and does little: most of its time would go into compiling.

import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./command-line.ts');
