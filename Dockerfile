# One image for both processes: `dist/webhook/main.js` (the default) and `dist/syncer/main.js`.
# docker build -t hematoscope/job-template-run .

FROM docker.io/library/node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install scripts: what they fetch (a Node for older machines) is not needed here.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY api api
COPY core core
COPY kube kube
COPY revisions revisions
COPY webhook webhook
COPY syncer syncer
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json
# What runs: no development packages, and none of the packages' types, source maps and TypeScript sources.
RUN npm prune --omit=dev --ignore-scripts \
  && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' \) -delete \
  && find node_modules -type d -empty -delete

# A root of only Node, the libraries it links to, and the records by which scanners know them: no shell, no package manager.
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
# Two pools of memory instead of eight for each core: no thread of ours allocates much but one.
ENV NODE_ENV=production PATH=/usr/local/bin MALLOC_ARENA_MAX=2
USER 65532:65532
# Memory is dearer here than a few more collections: a small young generation, and an old one that is collected when it
# grew by half instead of when it is several times as large. Measured in docs/performance.md.
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=4", "--heap-growing-percent=50"]
CMD ["dist/webhook/main.js"]
