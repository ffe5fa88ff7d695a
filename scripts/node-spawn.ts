/** Replaces cross-spawn, which finds scripts on Windows: the demo starts Node itself. */
export { spawn as default } from 'node:child_process';
