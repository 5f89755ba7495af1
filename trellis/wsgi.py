"""The pages under WSGI; tracked links have their own server, `apps.ingress.worker`."""

import os

from django.core.wsgi import get_wsgi_application

from trellis.checks import require_sound_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.settings")

application = get_wsgi_application()
require_sound_settings()
