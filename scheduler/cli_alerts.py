"""The verbs of ``deserters alerts``: test, send."""

import typer

from db.store import Store
from scheduler import config as configuration
from scheduler.jobs import utc_now
from scheduler.options import NOTHING_DONE, ConfigOption, DbOption, err, out, plainly

app = typer.Typer(
    no_args_is_help=True, help="Try the addresses that alarms, digest and watches go to; send what waits."
)


@app.command()
def test(db: DbOption = None, config: ConfigOption = None) -> None:
    """Send one message of each kind to everyone it would go to."""
    _run(db, config, is_test=True)


@app.command()
def send(db: DbOption = None, config: ConfigOption = None) -> None:
    """Write what is due (alarms, digest, watches) and send all that waits."""
    _run(db, config, is_test=False)


def _run(db: DbOption, config: ConfigOption, *, is_test: bool) -> None:
    from scheduler import delivery  # noqa: PLC0415  # Apprise takes a while to import

    with plainly():
        settings = configuration.load({"db": db}, config)
        delivery.check_all(settings)
        with Store(settings.db, holder="deserters alerts") as store:
            if is_test:
                outcome = delivery.test(store, settings.db, settings, utc_now())
            else:
                delivery.write(store, settings.db, settings, utc_now())
                outcome = delivery.deliver(store, settings.db, settings, utc_now())
        if is_test and not (outcome.sent or outcome.failed):
            out.print("No address is set; docs/operations.md says how.")
        else:
            out.print(f"{outcome.sent} messages delivered.")
        for why in outcome.failed:
            err.print(why, style="red", markup=False, soft_wrap=True)
        if outcome.failed:
            raise typer.Exit(NOTHING_DONE)
