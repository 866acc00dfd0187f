# Two stages: the packages are installed in the first, the second carries them and Easel, and runs without rights.
FROM python:3.11.14-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --only-binary :all: -r requirements.txt

FROM python:3.11.14-slim-bookworm
RUN groupadd --gid 10001 easel \
    && useradd --uid 10001 --gid easel --home-dir /app --no-create-home --shell /usr/sbin/nologin easel \
    && install -d -o easel -g easel -m 700 /data /spool
COPY --from=packages /venv /venv
WORKDIR /app
COPY manage.py requirements.txt ./
COPY project ./project
COPY images_app ./images_app
COPY templates ./templates
COPY static ./static
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    STATIC_ROOT=/srv/static \
    HOST=0.0.0.0 \
    PORT=8000
# The keys this makes for itself are thrown away with its folder.
RUN DATA_DIR=/tmp/build python -m project.prepare --static && rm -rf /tmp/build
USER easel
VOLUME ["/data"]
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
# All of Easel in one container; docker-compose.yml runs its parts one by one.
CMD ["python", "-m", "project.start"]
