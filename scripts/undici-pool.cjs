/**
 * What this program uses of undici: pools, and their `request`. The main file of undici also loads fetch, WebSocket, caches
 * and mocks, which a bundler cannot leave out of CommonJS modules.
 */
const Dispatcher = require('undici/lib/dispatcher/dispatcher');
const Pool = require('undici/lib/dispatcher/pool');

Dispatcher.prototype.request = require('undici/lib/api/api-request');

module.exports = { Pool };
