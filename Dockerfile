# One image for all processes: `dist/webhook/main.js` (the default), `dist/syncer/main.js`, and `dist/supervisor/main.js`,
# which starts the syncer.
# docker build -t hematoscope/job-template-run .

FROM docker.io/library/node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Install scripts are not needed: they only download a Node for older machines.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY api api
COPY core core
COPY kube kube
COPY revisions revisions
COPY webhook webhook
COPY syncer syncer
COPY supervisor supervisor
COPY cli cli
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json
# Only what is needed at run time: no development packages, type declarations, source maps or TypeScript sources.
RUN npm prune --omit=dev --ignore-scripts \
  && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' \) -delete \
  && find node_modules -type d -empty -delete

# A root file system with only Node, its shared libraries, and the dpkg records that scanners read. It has no shell and no
# package manager.
FROM docker.io/library/node:24-bookworm-slim AS root
RUN mkdir -p /root-fs/tmp /root-fs/etc /root-fs/usr/local/bin /root-fs/var/lib/dpkg/status.d \
  && chmod 1777 /root-fs/tmp \
  && node=$(node -p process.execPath) \
  && cp -L "$node" /root-fs/usr/local/bin/node \
  && ldd "$node" | grep -o '/[^ ]*' | while read -r library; do cp -L --parents "$library" /root-fs; done \
  && cp -L --parents /etc/os-release /root-fs \
  && for package in libc6 libgcc-s1 libstdc++6; do dpkg-query --status "$package" > "/root-fs/var/lib/dpkg/status.d/$package"; done \
  && echo 'nonroot:x:65532:65532:nonroot:/app:/sbin/nologin' > /root-fs/etc/passwd \
  && echo 'nonroot:x:65532:' > /root-fs/etc/group

FROM scratch
LABEL org.opencontainers.image.title="job-template-run" \
  org.opencontainers.image.description="Store a Kubernetes JobSpec once as a JobTemplate, start work with a small JobRun." \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="0.1.0"
COPY --from=root /root-fs /
WORKDIR /app
COPY LICENSE NOTICE package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# Two malloc arenas instead of eight for each core: only one thread allocates much memory.
ENV NODE_ENV=production PATH=/usr/local/bin MALLOC_ARENA_MAX=2
USER 65532:65532
# Saves memory at the cost of more garbage collections: a small young generation, and an old generation that is collected
# after it grew by half, not after it grew several times. Measured in docs/performance.md.
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=4", "--heap-growing-percent=50"]
CMD ["dist/webhook/main.js"]
