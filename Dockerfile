# syntax=docker/dockerfile:1
# Headgate without a window: one static program, for a person without rights.
#   docker build -t headgate . && docker compose up -d
FROM --platform=$BUILDPLATFORM node:20-bookworm-slim AS window
WORKDIR /headgate/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY app/i18n/locales /headgate/app/i18n/locales
COPY frontend ./
RUN npm run build

FROM --platform=$BUILDPLATFORM golang:1.26-bookworm AS program
WORKDIR /headgate
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=window /headgate/frontend/dist frontend/dist
ARG VERSION=dev TARGETOS TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
	-ldflags "-s -w -X main.version=$VERSION" -o /root-of-image/usr/bin/headgate-server . \
	&& install -d -o 65532 -g 65532 -m 700 /root-of-image/data \
	&& install -d -m 1777 /root-of-image/tmp \
	&& install -Dm644 /etc/ssl/certs/ca-certificates.crt /root-of-image/etc/ssl/certs/ca-certificates.crt \
	&& install -Dm644 LICENSE /root-of-image/usr/share/doc/headgate/LICENSE \
	&& install -d /root-of-image/usr/share/headgate && echo docker >/root-of-image/usr/share/headgate/installed-by

FROM scratch
LABEL org.opencontainers.image.title="Headgate" \
	org.opencontainers.image.description="Gateway that answers OpenAI-compatible calls with the first healthy provider" \
	org.opencontainers.image.licenses="MIT"
COPY --from=program /root-of-image/ /
# Within a container every address is the container's; who reaches it, -p and compose.yaml say.
ENV HEADGATE_DATA=/data HEADGATE_ADDR=0.0.0.0:8001 HEADGATE_ADMIN_ADDR=0.0.0.0:8002
WORKDIR /data
VOLUME /data
USER 65532:65532
EXPOSE 8001 8002
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["/usr/bin/headgate-server", "status"]
ENTRYPOINT ["/usr/bin/headgate-server"]
CMD ["serve"]
