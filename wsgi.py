"""For any WSGI server: `gunicorn wsgi:app`."""

from delphi.settings import load_settings
from delphi.web import create_app

app = create_app(load_settings())
