# One static binary on an empty file system, run by a user without rights. Build: docker build -t marketa .
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/marketa . \
 && mkdir -p /out/etc /out/data /out/tmp \
 && printf 'marketa:x:10001:10001::/data:/none\n' > /out/etc/passwd \
 && printf 'marketa:x:10001:\n' > /out/etc/group \
 && cp --parents /etc/ssl/certs/ca-certificates.crt /out/ \
 && chown 10001:10001 /out/data /out/tmp

FROM scratch
COPY --from=build /out/ /
USER 10001:10001
# The root file system may be read-only. Only media needs a place when MEDIA_URL names no bucket: mount a volume on /data.
ENV MARKETA_DATA_DIR=/data LISTEN_ADDR=0.0.0.0:8080 LOG_FORMAT=gcp
EXPOSE 8080
ENTRYPOINT ["/marketa"]
CMD ["serve"]
