# Tailrace in a container. Build: docker build -t tailrace .   How to run it: docs/operations.md.

FROM node:22-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN ["npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]

FROM node:22-slim
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY bin bin
COPY src src
# An empty directory that the server's user owns: a named volume takes over owner and mode.
RUN ["install", "-d", "-m", "0700", "-o", "node", "-g", "node", "/data"]
ENV NODE_ENV=production TAILRACE_LISTEN=0.0.0.0:8080 TAILRACE_DATA=/data
USER node
VOLUME ["/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/tailrace.js"]
CMD ["serve"]
