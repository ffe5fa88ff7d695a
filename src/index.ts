#!/usr/bin/env node
import { useCompileCache } from './cli/compile-cache.ts';

useCompileCache();
void import('./cli/main.ts').then(({ main }) => main(process.argv.slice(2)));
