"""A site in, whether it is the public edition out, for its templates."""

from db.web.host import hookimpl
from db.web.site import Site


@hookimpl
def extra_template_vars(datasette: Site) -> dict[str, bool]:
    """``public``: the site shows a public edition; ``whole_file``: its database may be taken along."""
    return {"public": bool(datasette.public), "whole_file": bool(datasette.public and datasette.public.whole_file)}
