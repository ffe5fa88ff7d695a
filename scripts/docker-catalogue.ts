import { execFileSync } from 'node:child_process';
import { dockerCatalogueEntry } from './packaging/docker.ts';
import { toYaml } from './packaging/yaml.ts';

// Prints the server.yaml to submit to Docker's catalogue, for the commit that is checked out.

const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
process.stdout.write(toYaml(dockerCatalogueEntry(commit)));
