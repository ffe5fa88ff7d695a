# The server on stdio: docker run -i --rm -e GHL_API_KEY -e GHL_LOCATION_ID -e GHL_SCOPES ghl-contacts-mcp
FROM node:24-alpine AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-alpine
LABEL io.modelcontextprotocol.server.name="io.github.owner--to-fill-in/ghl-contacts-mcp"
WORKDIR /app
# Without the native keychain, tokens come from the environment.
COPY --from=build /build/dist ./dist
USER node
ENTRYPOINT ["node", "/app/dist/index.js"]
