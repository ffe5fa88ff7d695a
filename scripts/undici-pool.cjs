/**
 * What this program uses of undici: pools. The main file of undici also loads fetch, WebSocket, caches and mocks, which a
 * bundler cannot leave out of CommonJS modules.
 */
module.exports = { Pool: require('undici/lib/dispatcher/pool') };
