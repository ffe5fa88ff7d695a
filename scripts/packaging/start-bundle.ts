import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import * as z from 'zod';

const Manifest = z.object({
  server: z.object({
    mcp_config: z.object({ command: z.string(), args: z.array(z.string()), env: z.record(z.string(), z.string()) }),
  }),
  user_config: z.record(z.string(), z.object({ default: z.string().optional() })),
});

/**
 * Starts an unpacked bundle as Claude Desktop does: with the command line and the environment of its manifest, in which
 * the folder, the values that a person entered, and the defaults of the others replace the placeholders.
 *
 * @returns the connected client, which the caller closes
 */
export async function startBundle(folder: string, entered: Readonly<Record<string, string>>): Promise<Client> {
  const { server, user_config } = Manifest.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
  const values = Object.entries(user_config).flatMap(([key, { default: value }]) => {
    const given = entered[key] ?? value;
    return given === undefined ? [] : [[`user_config.${key}`, given]];
  });
  const variables: Readonly<Record<string, string>> = { __dirname: resolve(folder), ...Object.fromEntries(values) };
  const fill = (text: string) => text.replace(/\$\{([\w.]+)\}/g, (placeholder, name) => variables[name] ?? placeholder);
  const { command, args, env } = server.mcp_config;
  const client = new Client({ name: 'bundle-check', version: '0' });
  await client.connect(
    new StdioClientTransport({
      command: fill(command),
      args: args.map(fill),
      env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)])),
    }),
  );
  return client;
}
