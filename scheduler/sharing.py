"""Settings in, how the site is shared out, as plain values that the ground floor knows."""

import ipaddress

from db.web.sharing import Sharing
from scheduler.config import Config


def sharing(config: Config) -> Sharing:
    """How the site is shared by ``config``."""
    return Sharing(
        people={name: stored.get_secret_value() for name, stored in config.people.items()},
        header=config.auth_header,
        proxies=tuple(ipaddress.ip_network(part.strip()) for part in config.proxies.split(",") if part.strip()),
        require_login=config.require_login,
        secret=config.secret.get_secret_value(),
        reviews=config.reviews_file,
        contact=config.contact,
    )
