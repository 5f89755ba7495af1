# Trellis for production. One image, four ways to start it: see compose.yaml.

FROM node:22-bookworm-slim AS assets
WORKDIR /trellis
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY static static
COPY templates templates
COPY apps apps
RUN npm run build

FROM python:3.11-slim-bookworm AS packages
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /trellis trellis \
    && install -d -o trellis -g trellis /trellis /var/lib/trellis/spool /var/lib/trellis/beat
WORKDIR /trellis
COPY --from=packages /venv /venv
COPY --chown=trellis manage.py ./
COPY --chown=trellis trellis trellis
COPY --chown=trellis apps apps
COPY --chown=trellis templates templates
COPY --from=assets --chown=trellis /trellis/static/build static/build
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TRELLIS_SPOOL_DIR=/var/lib/trellis/spool
USER trellis
RUN SECRET_KEY=only-for-this-step python manage.py collectstatic --no-input --verbosity 0
EXPOSE 8000 8001
CMD ["gunicorn", "trellis.wsgi", "-c", "trellis/gunicorn_pages.py"]
