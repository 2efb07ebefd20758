# syntax=docker/dockerfile:1
# Footnote as a container: `docker compose up` beside compose.yaml, or
#   docker build -t footnote . && docker run -d --env-file .env -v footnote:/data footnote

ARG PYTHON=3.12
FROM python:${PYTHON}-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/footnote
# The lock first: these layers stay as they are until a dependency changes.
COPY requirements-image.lock ./
RUN /opt/footnote/bin/pip install -q --require-hashes --no-deps -r requirements-image.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY index index
COPY prompts prompts
RUN /opt/footnote/bin/pip install -q --no-deps --no-build-isolation . \
    && /opt/footnote/bin/python -m compileall -q /opt/footnote/lib

FROM python:${PYTHON}-slim-bookworm
# Somebody who owns nothing but the data folder.
RUN groupadd --gid 10001 footnote \
    && useradd --uid 10001 --gid footnote --home-dir /data --no-create-home \
        --shell /usr/sbin/nologin footnote \
    && install -d -o footnote -g footnote -m 0700 /data
COPY --from=packages /opt/footnote /opt/footnote
ENV PATH=/opt/footnote/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    FOOTNOTE_DATA=/data \
    FOOTNOTE_HEALTH_LISTEN=127.0.0.1:8361
WORKDIR /data
USER 10001:10001
VOLUME /data
# 8360 is the web reader's, where FOOTNOTE_READER_LISTEN says 0.0.0.0:8360.
EXPOSE 8360
# The first start of a large library may take a while; until it is over nothing counts against it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5m --retries=3 \
    CMD ["python", "-m", "bot.observing.probe"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["footnote"]
CMD ["run"]
