import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import pkg from '../../package.json' with { type: 'json' };
import { dockerCatalogueEntry, labelled } from '../../scripts/packaging/docker.ts';
import { packagingFiles } from '../../scripts/packaging/index.ts';
import { claudePlugin, geminiExtension, mcpbManifest, serverJson } from '../../scripts/packaging/manifests.ts';
import { REGISTRY_NAME } from '../../scripts/packaging/project.ts';
import { toYaml } from '../../scripts/packaging/yaml.ts';
import { SECRET_SETTINGS, SETTINGS } from '../../src/cli/settings.ts';
import { tools } from '../../src/tools/index.ts';

/** Source: static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json, reduced to what a local server has. */
const ServerJson = z.strictObject({
  $schema: z.literal('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
  name: z
    .string()
    .min(3)
    .max(200)
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(100),
  version: z.string().max(255),
  repository: z.strictObject({ url: z.url(), source: z.string() }),
  packages: z.array(
    z.strictObject({
      registryType: z.enum(['npm', 'oci', 'mcpb']),
      identifier: z.string().min(1),
      version: z.string().regex(/^\d+\.\d+\.\d+$/),
      runtimeHint: z.string(),
      transport: z.strictObject({ type: z.literal('stdio') }),
      environmentVariables: z.array(
        z.strictObject({
          name: z.string(),
          description: z.string(),
          isRequired: z.boolean(),
          isSecret: z.boolean(),
          default: z.string().optional(),
          choices: z.array(z.string()).optional(),
        }),
      ),
    }),
  ),
});

test('server.json is in the form of the registry and names the npm package', () => {
  const server = ServerJson.parse(serverJson());
  expect(server.packages.map(({ identifier, version }) => [identifier, version])).toEqual([[pkg.name, pkg.version]]);
  expect(pkg.mcpName).toBe(server.name);
});

test('the manifest of the bundle fits the official schema', async () => {
  const schema = JSON.parse(await readFile('test/scripts/schemas/mcpb-manifest-v0.3.schema.json', 'utf8'));
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  validate(mcpbManifest());
  expect(validate.errors).toBeNull();
});

describe('placeholders of settings', () => {
  const used = (value: unknown) =>
    [...JSON.stringify(value).matchAll(/\$\{user_config\.(\w+)\}/g)].map(([, key]) => key as string);

  test('the bundle and the plugin use each value that they ask for', () => {
    const { server, user_config: bundle } = mcpbManifest();
    const { mcpServers, userConfig: plugin } = claudePlugin();
    expect(used(server)).toEqual(Object.keys(bundle));
    expect(used(mcpServers)).toEqual(Object.keys(plugin));
  });

  test('the extension passes each variable on that it asks for', () => {
    const { settings, mcpServers } = geminiExtension();
    const names = settings.map(({ envVar }) => envVar);
    expect(mcpServers.ghl.env).toEqual(Object.fromEntries(names.map((name) => [name, `\${${name}}`])));
  });

  test('only known settings are asked for, and the token is sensitive in every format', () => {
    const { environmentVariables } = serverJson().packages[0] ?? { environmentVariables: [] };
    for (const { name, isSecret } of environmentVariables) {
      expect(SETTINGS).toHaveProperty(name);
      expect(isSecret).toBe(SECRET_SETTINGS.some((each) => each === name));
    }
    expect(mcpbManifest().user_config.api_key).toMatchObject({ sensitive: true, required: true });
    expect(geminiExtension().settings[0]).toMatchObject({ envVar: 'GHL_API_KEY', sensitive: true });
    expect(dockerCatalogueEntry('0').config.secrets.map(({ env }) => env)).toEqual(['GHL_API_KEY']);
  });
});

/** Source: cmd/validate of docker/mcp-registry. */
const DockerCatalogueEntry = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  image: z.string().startsWith('mcp/'),
  type: z.literal('server'),
  meta: z.strictObject({ category: z.string(), tags: z.array(z.string()) }),
  about: z.strictObject({ title: z.string().regex(/^([A-Z]\w+ ?)+$/), description: z.string() }),
  source: z.strictObject({ project: z.url(), commit: z.string().regex(/^[a-f0-9]{40}$/) }),
  run: z.strictObject({ volumes: z.array(z.string()) }),
  config: z.strictObject({
    description: z.string(),
    secrets: z.array(
      z.strictObject({ name: z.string().regex(/^[\w-]+\.[\w.-]+$/), env: z.string(), example: z.string() }),
    ),
    env: z.array(
      z.strictObject({ name: z.string(), example: z.string(), value: z.string().startsWith(`{{${pkg.name}.`) }),
    ),
    parameters: z.strictObject({
      type: z.literal('object'),
      properties: z.record(
        z.string(),
        z.strictObject({ type: z.literal('string'), description: z.string(), default: z.string().optional() }),
      ),
      required: z.array(z.string()),
    }),
  }),
});

test("the entry of Docker's catalogue passes the checks of the catalogue, and fills every variable from a parameter", () => {
  const { config, about } = DockerCatalogueEntry.parse(dockerCatalogueEntry('0123456789'.repeat(4)));
  expect(about.title).not.toMatch(/MCP|Server/);
  const parameters = Object.keys(config.parameters.properties);
  expect(config.env.map(({ value }) => value)).toEqual(parameters.map((name) => `{{${pkg.name}.${name}}}`));
  expect(parameters).toEqual(expect.arrayContaining(config.parameters.required));
});

test('YAML is in block style, with the quotes of JSON', () => {
  expect(toYaml({ name: 'a "b"', list: ['x', { a: '1', b: '2' }], empty: { inner: ': #' } })).toBe(
    'name: "a \\"b\\""\nlist:\n  - "x"\n  - a: "1"\n    b: "2"\nempty:\n  inner: ": #"\n',
  );
});

test('names of tools fit into 64 characters with the prefix that Claude Code gives tools of plugins', () => {
  const longest = Math.max(...tools.map(({ name }) => name.length));
  expect(`mcp__plugin_${claudePlugin().name}_ghl__`.length + longest).toBeLessThanOrEqual(64);
});

/** Source: codex-rs/core-plugins/src/manifest.rs of openai/codex, which drops prompts that are more or longer. */
const CodexPlugin = z.object({ interface: z.object({ defaultPrompt: z.array(z.string().max(128)).max(3) }) });

describe('before and after the package is on npm', () => {
  test('nothing runs a package from npm that is not there', () => {
    const { 'server.json': _, 'package.json': __, ...files } = packagingFiles(false);
    expect(JSON.stringify(files)).not.toContain('npx');
    expect(claudePlugin(false).mcpServers.ghl.args).toEqual(['${CLAUDE_PLUGIN_ROOT}/dist/index.js']);
  });

  test('the plugin for Codex comes with the package, and its paths lead to its files', () => {
    expect(Object.keys(packagingFiles(false)).join()).not.toContain('codex');
    const files = packagingFiles(true);
    const marketplace = z
      .object({ plugins: z.array(z.object({ name: z.string(), source: z.object({ path: z.string() }) })) })
      .parse(files['.agents/plugins/marketplace.json']);
    const [plugin] = marketplace.plugins;
    const folder = plugin?.source.path.replace('./', '');
    expect(files[`${folder}/.codex-plugin/plugin.json`]).toMatchObject({
      name: plugin?.name,
      mcpServers: './.mcp.json',
    });
    expect(files[`${folder}/.mcp.json`]).toMatchObject({ mcpServers: { ghl: { command: 'npx' } } });
    const { interface: shown } = CodexPlugin.parse(files[`${folder}/.codex-plugin/plugin.json`]);
    expect(shown.defaultPrompt.length).toBeGreaterThan(0);
  });
});

test('every manifest has the version of the package', () => {
  const versions = [serverJson(), mcpbManifest(), claudePlugin(), geminiExtension()].map(({ version }) => version);
  expect(new Set(versions)).toEqual(new Set([pkg.version]));
});

test('the image is labelled for the registry, runs as a user without rights and on a supported Node', async () => {
  const dockerfile = await readFile('Dockerfile', 'utf8');
  expect(dockerfile).toContain(`LABEL io.modelcontextprotocol.server.name="${REGISTRY_NAME}"`);
  expect(labelled(dockerfile.replace(REGISTRY_NAME, 'io.github.somebody/else'))).toBe(dockerfile);
  expect(dockerfile).toMatch(/^USER node$/m);
  const [major = 0] = [...dockerfile.matchAll(/^FROM node:(\d+)/gm)].map(([, number]) => Number(number));
  expect(major).toBeGreaterThanOrEqual(Number.parseInt(pkg.engines.node.replace('>=', ''), 10));
});
