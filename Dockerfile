# docs/run.md says how to run it with the least rights.
FROM python:3.11-slim-bookworm

WORKDIR /opt/rollcall
COPY requirements.txt ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

# The bot without its stand-ins: the demo and the tests are not in the image.
COPY bot.py assembly.py settings.py ./
COPY calendars/ calendars/
COPY conference/ conference/
COPY handlers/ handlers/
COPY messages/ messages/
COPY observability/ observability/
COPY operations/ operations/
COPY storage/ storage/
COPY telephony/ telephony/
RUN python -m compileall -q .

# A named volume takes over whose directory this is, and that nobody else may read it.
RUN install --directory --owner=10001 --group=10001 --mode=0700 /data
VOLUME /data
USER 10001:10001

# Inside a container 127.0.0.1 is reached by nobody else. Publish the port to the proxy alone.
ENV DATABASE=/data/rollcall.db HOST=0.0.0.0 PORT=3000
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", \
    "import os, urllib.request; \
    urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz/live', timeout=4)"]

ENTRYPOINT ["python", "bot.py"]
CMD ["run"]
