#!/usr/bin/env node
import { useCompileCache } from './cli/compile-cache.ts';

useCompileCache();
const { main } = await import('./cli/main.ts');
void main(process.argv.slice(2));
