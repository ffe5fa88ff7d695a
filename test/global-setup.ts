import { execFileSync } from 'node:child_process';

/** Tests that spawn the program spawn what the source says now. */
export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
