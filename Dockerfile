# syntax=docker/dockerfile:1

# The same Node as in package.json: it runs the TypeScript as it stands, so there is no build.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /usher
COPY package.json package-lock.json .npmrc ./
# Binaries come inside the packages; no install script is needed.
# The encoder is the distribution's, which gets security updates; that of npm is for desks.
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force \
  && rm -rf node_modules/@ffmpeg-installer node_modules/@ffprobe-installer

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /usher
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg && rm -rf /var/lib/apt/lists/*
RUN install -d -o node -g node -m 0750 /data
COPY --from=dependencies /usher/node_modules ./node_modules
COPY package.json LICENSE ./
COPY src ./src
COPY adapters ./adapters
USER node
# Everything that is written goes here and to the temporary folder: the rest may be read-only.
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Drains for at most 15 s after SIGTERM.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--max-semi-space-size=8", "adapters/start.js"]
CMD ["serve"]
