import { PROJECT, REGISTRY_NAME } from './project.ts';
import { USER_SETTINGS } from './user-settings.ts';

/** A `Dockerfile` with the label by which the MCP registry knows the image. */
export const labelled = (dockerfile: string): string =>
  dockerfile.replace(/^LABEL .*$/m, `LABEL io.modelcontextprotocol.server.name="${REGISTRY_NAME}"`);

/** What the catalogue shows for a secret. */
const EXAMPLE_TOKEN = 'pit-********';

/** Of the user in the `Dockerfile`. */
const HOME = '/home/node';

const plainSettings = USER_SETTINGS.filter(({ sensitive }) => !sensitive);

/**
 * The `server.yaml` of Docker's catalogue, which builds the image from a commit. A parameter without a value is an empty
 * variable. Sources: CONTRIBUTING.md, docs/configuration.md and cmd/validate of docker/mcp-registry.
 */
export const dockerCatalogueEntry = (commit: string) => ({
  name: PROJECT.name,
  image: `mcp/${PROJECT.name}`,
  type: 'server',
  meta: { category: 'productivity', tags: PROJECT.keywords },
  about: { title: PROJECT.title, description: PROJECT.summary },
  source: { project: PROJECT.repository, commit },
  // The journal outlives the container, so that changes can be undone.
  run: { volumes: [`${PROJECT.name}:${HOME}`] },
  config: {
    description: 'The account in HighLevel and what the server may do there',
    secrets: USER_SETTINGS.filter(({ sensitive }) => sensitive).map(({ setting }) => ({
      name: `${PROJECT.name}.${setting.toLowerCase()}`,
      env: setting,
      example: EXAMPLE_TOKEN,
    })),
    env: plainSettings.map(({ setting, default: value }) => ({
      name: setting,
      example: value ?? `your-${setting.replace('GHL_', '').toLowerCase().replaceAll('_', '-')}`,
      value: `{{${PROJECT.name}.${setting.toLowerCase()}}}`,
    })),
    parameters: {
      type: 'object',
      properties: Object.fromEntries(
        plainSettings.map(({ setting, description, default: value }) => [
          setting.toLowerCase(),
          { type: 'string', description, ...(value === undefined ? {} : { default: value }) },
        ]),
      ),
      required: plainSettings.filter(({ required }) => required).map(({ setting }) => setting.toLowerCase()),
    },
  },
});
