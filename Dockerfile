# The Python that the tests run on
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements-uv.txt requirements.txt ./
RUN pip install --require-hashes --only-binary :all: -r requirements-uv.txt \
    && python -m venv --without-pip /venv \
    && uv pip sync --python /venv/bin/python --no-cache --require-hashes --no-build --compile-bytecode requirements.txt
COPY . .
ENV PATH=/venv/bin:$PATH
# uploads are for the site's own user only, and what is collected gets the same rights
RUN if find locale -name '*.po' 2>/dev/null | grep -q .; then pybabel compile -d locale -D django; fi \
    && SECRET_KEY=$(python -c 'import secrets; print(secrets.token_hex(32))') \
       DATABASE_URL=postgresql://nowhere/none \
       python manage.py collectstatic --noinput \
    && chmod -R a+rX staticfiles \
    && python -m compileall -q accounts events marketplace vet2b

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home vet2b && install -d -o vet2b -g vet2b /media
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MEDIA_ROOT=/media
WORKDIR /app
USER vet2b
VOLUME /media
EXPOSE 8000
CMD ["gunicorn", "vet2b.wsgi", "--bind=0.0.0.0:8000", "--workers=4", "--worker-tmp-dir=/dev/shm", "--no-control-socket"]
