/** Configurations as people have them, by host: other servers, comments, trailing commas, and the other settings. */
export const SAMPLES: Readonly<Record<string, string>> = {
  'claude-desktop': `{
  "globalShortcut": "Alt+Space",
  "mcpServers": {
    "filesystem": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-filesystem", "/Users/ana/Desktop"]
    }
  },
  "preferences": { "quickEntryDictationShortcut": "off" }
}
`,
  'claude-code': `{
  "numStartups": 41,
  "installMethod": "native",
  "tipsHistory": { "new-user-warmup": 3 },
  "projects": {
    "/home/ana/shop": { "allowedTools": [], "mcpServers": { "ghl": { "command": "of-the-project" } } }
  },
  "mcpServers": { "sentry": { "type": "http", "url": "https://mcp.sentry.dev/mcp" } },
  "userID": "4f2a"
}`,
  vscode: `{
\t// Servers of all workspaces
\t"servers": {
\t\t"github": {
\t\t\t"type": "http",
\t\t\t"url": "https://api.githubcopilot.com/mcp/", // official
\t\t},
\t},
\t"inputs": [],
}
`,
  cursor: '{"mcpServers":{"linear":{"url":"https://mcp.linear.app/sse"}}}',
  codex: `model = "gpt-5.5"
approval_policy = "on-request" # asks

[projects."/home/ana/shop.de"]
trust_level = "trusted"

[mcp_servers.context7]
command = "npx"
args = [
  "-y",
  "@upstash/context7-mcp", # documentation
]

[mcp_servers.context7.env]
CONTEXT7_KEY = "a[b]"

# The terminal
[tui]
notifications = true
`,
  gemini: `{
  "security": { "auth": { "selectedType": "gemini-api-key" } }, // key in the keychain
  "ui": { "theme": "GitHub" },
  "mcpServers": {}
}
`,
  copilot: `{
  "mcpServers": {
    "playwright": { "type": "local", "command": "npx", "args": ["@playwright/mcp@latest"], "tools": ["*"] }
  }
}
`,
  opencode: `{
  "$schema": "https://opencode.ai/config.json",
  "model": "anthropic/claude-sonnet-5",
  "mcp": {
    "jira": { "type": "remote", "url": "https://jira.example.com/mcp", "enabled": true }
  }
}
`,
  zed: `// Zed settings
//
// For information on how to configure Zed, see the Zed documentation: https://zed.dev/docs/configuring-zed
{
  "ui_font_size": 16,
  "context_servers": {
    /* from the extension */
    "mcp-server-postgres": {
      "source": "extension",
      "settings": { "database_url": "postgresql://localhost" },
    },
  },
  "theme": { "mode": "system", "light": "One Light", "dark": "One Dark" },
}
`,
  jetbrains: '',
  windsurf: `{
  "mcpServers": {
    "figma": { "serverUrl": "https://mcp.figma.com/mcp", "disabled": true }
  }
}
`,
};
