"""The application for a WSGI server: `granian --interface wsgi mapsvc.wsgi:app`; loading it starts the service."""

from mapsvc.bootstrap import build
from mapsvc.operations.deployment import Deployment
from mapsvc.web.app import create_app

app = create_app(build(Deployment.here().settings))
