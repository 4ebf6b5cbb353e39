"""What one run does from start to end: settings in, a run's row and report out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from crawler import flow, sources, spiders, topics
from crawler.errors import ConfigurationError
from crawler.sources import Publishers, WatchList
from db import queries
from db.archive import ArchiveWriter, close_open_files, prune
from db.archive.pruning import Pruned
from db.errors import ReviewError
from db.model import ChannelState, Counts, Haul, Issue, Level, Place, Source, Trouble
from db.queries import Headline
from db.queries import Trouble as Troubled
from db.store import Store
from scheduler import healing, rulings, sampling
from scheduler.config import Config

Clock = Callable[[], datetime]
_OUTCOMES = {"finished": "done", "closespider_timeout": "out of time", "shutdown": "interrupted"}
_OUT_OF_REACH = {"unknown-host", "unreachable", "timed-out", "robots-unreachable", "fetch-failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run did, for the person who started it."""

    run: int
    outcome: str
    counts: Counts
    troubles: tuple[Troubled, ...]
    sources_in_trouble: int
    newest: tuple[Headline, ...]

    @property
    def nothing_answered(self) -> bool:
        """Whether channels were asked, or files read, and not one gave anything."""
        return is_blind(self.counts)

    @property
    def seems_offline(self) -> bool:
        """Whether no channel answered, and all for want of a connection."""
        return self.nothing_answered and all(trouble.what in _OUT_OF_REACH for trouble in self.troubles)


def is_blind(counts: Counts) -> bool:
    """Whether a run asked channels, or read files, and not one gave anything."""
    return counts.channels > 0 and counts.answered == 0 and counts.captures == 0


def utc_now() -> datetime:
    """Now, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def software() -> str:
    """Name and version of this program."""
    return f"deserters/{version('deserters')}"


def chosen(watch_list: WatchList, wanted: Iterable[str]) -> tuple[Source, ...]:
    """The enabled sources, or those ``wanted`` by id, enabled or not.

    Raises:
        ConfigurationError: a wanted id is not on the watch list.
    """
    by_id = {source.id: source for source in watch_list.sources}
    names = tuple(wanted)
    for name in names:
        if name not in by_id:
            raise ConfigurationError(f"--source {name}: is not on the watch list; `deserters sources` shows what is")
    return tuple(by_id[name] for name in dict.fromkeys(names)) if names else watch_list.enabled


def crawl(
    config: Config,
    wanted: Iterable[str] = (),
    progress: spiders.Progress = lambda _: None,
    *,
    rounds: bool = False,
    now: Clock = utc_now,
) -> RunReport:
    """Crawl once: the ``wanted`` sources, or all that are enabled; for ``rounds`` only those that must be asked often.

    Raises:
        ConfigurationError: a wanted source is unknown.
        HandwrittenError: the topic has a mistake.
        StoreBusyError: another process writes to the database or the archive.
    """
    from scheduler import delivery, health  # noqa: PLC0415  # statistics and delivery take a second to import

    delivery.check_all(config)
    flow.prepare()
    watch_list, names = sources.load(config.sources), tuple(wanted)
    asked = chosen(watch_list, names)
    with Store(config.db, holder="deserters crawl") as store:
        with ArchiveWriter(config.archive, software=software(), now=now) as archive:
            run = store.begin_run("rounds" if rounds else "crawl", now(), topics.load().version)
            store.know_sources(watch_list.sources)
            store.note([*_closed(config), *_unusable(watch_list), *ruled(store, config, now())], now())
            healing.reread(store, config, asked, now())
            before = store.channel_states()
            plan = replace(_plan(config, asked, watch_list, now), rounds=rounds, urgent=bool(names))
            ending = spiders.run(plan, store, archive, progress)
        if ending.reason != "shutdown":
            sampling.sample(store, config, asked, run)
        store.note([*ending.issues, *_balance(ending.counts)], now())
        outcome = _OUTCOMES.get(ending.reason, "failed") if ending.counts.balanced else "failed"
        offline = is_blind(ending.counts) and not _was_reached(store.channel_states(), before)
        wrong = _gone_wrong(outcome, ending.counts, now(), offline=offline)
        if offline:
            store.settle_channel(Haul(states=_as_before(store.channel_states(), before)), now())
        else:
            health.assess(store, config, asked, now(), is_whole=not names)
        health.note_run(store, config.db, wrong, now())
        store.finish_run(outcome, ending.counts, now())
        _tell(store, config, now(), is_well=wrong is None)
    return report(config, run, outcome, ending.counts)


def report(config: Config, run: int, outcome: str, counts: Counts) -> RunReport:
    """The report of ``run``, read back from the database."""
    return RunReport(
        run=run,
        outcome=outcome,
        counts=counts,
        troubles=tuple(queries.troubles(config.db, run)),
        sources_in_trouble=len(queries.sources_in_trouble(config.db, run)),
        newest=tuple(queries.newest(config.db)) if counts.new_reports else (),
    )


def ruled(store: Store, config: Config, now: datetime) -> list[Issue]:
    """Take up what people asked of stories on the site; where their file cannot be read, that is an issue, no more."""
    try:
        return rulings.issues(rulings.take_up(store, config.db, config.reviews_file, now))
    except ReviewError as error:
        return [Issue(what="reviews-unreadable", level=Level.WARNING, detail=str(error))]


def prune_archive(config: Config, days: int) -> Pruned:
    """Drop captures older than ``days`` whose pages did not become reports."""
    before = utc_now() - timedelta(days=days)
    with (
        Store(config.db, holder="deserters prune") as store,
        ArchiveWriter(config.archive, software=software(), now=utc_now),
    ):

        def moved(file: str, moves: dict[Place, Place]) -> None:
            store.move_captures(moves)
            store.forget_captures(file)

        store.forget(before)
        return prune(config.archive, before, store.kept_places(), moved)


def _as_before(after: Mapping[str, ChannelState], before: Mapping[str, ChannelState]) -> tuple[ChannelState, ...]:
    """What was known of channels before a run that reached nobody: its own blindness is not theirs."""
    return tuple(
        before.get(url) or ChannelState(url=url, source=one.source, kind=one.kind, parent=one.parent)
        for url, one in after.items()
    )


def _was_reached(after: Mapping[str, ChannelState], before: Mapping[str, ChannelState]) -> bool:
    """Whether any channel that was asked gave an HTTP answer, if only a refusal."""
    return any(state.status for url, state in after.items() if state != before.get(url))


def _gone_wrong(outcome: str, counts: Counts, now: datetime, *, offline: bool) -> Trouble | None:
    """What is wrong with the run as a whole."""
    if offline:
        words = f"none of the {counts.channels} channels asked gave an answer; there seems to be no network"
    elif outcome == "failed":
        words = "it ended before its time, or its counts do not add up; the issues say more"
    else:
        return None
    return Trouble(scope="run", name="crawl", what="run", detail=words, since=now)


def _tell(store: Store, config: Config, now: datetime, *, is_well: bool) -> None:
    """Send what is due, and call the dead man's switch after a good run; what fails is an issue and tried again."""
    from scheduler import delivery  # noqa: PLC0415  # see above

    delivery.write(store, config.db, config, now)
    failed = list(delivery.deliver(store, config.db, config, now).failed)
    try:
        if is_well:
            delivery.ping(config)
    except delivery.DeliveryError as error:
        failed.append(str(error))
    store.note([Issue(what="undelivered", level=Level.WARNING, detail=why) for why in failed], now)


def _plan(config: Config, asked: tuple[Source, ...], watch_list: WatchList, now: Clock) -> spiders.Plan:
    return spiders.Plan(
        sources=asked,
        publishers=Publishers(watch_list.sources),
        keys=config.keys,
        oldest=now() - timedelta(days=config.since_days),
        limit_seconds=config.limit_seconds,
        user_agent=config.user_agent,
        delay_seconds=config.delay_seconds,
        timeout_seconds=config.timeout_seconds,
        allow_private=config.allow_private,
        now=now,
    )


def _closed(config: Config) -> list[Issue]:
    """Archive files that a kill left open are closed; each is one line to read."""
    return [
        Issue(
            what="archive-closed",
            level=Level.INFO,
            detail=f"{closed.path.name}: left open by a run that was killed; closed with {closed.records} records, "
            f"{closed.cut_bytes} bytes of a half-written record cut off",
        )
        for closed in close_open_files(config.archive)
    ]


def _unusable(watch_list: WatchList) -> list[Issue]:
    return [Issue(what="bad-source-file", level=Level.ERROR, detail=str(problem)) for problem in watch_list.problems]


def _balance(counts: Counts) -> list[Issue]:
    if counts.balanced:
        return []
    words = (
        f"{counts.candidates} links were taken up, but {counts.analyses} analyses, {counts.rejections} rejections and "
        f"{counts.candidates_in_issues} issues do not add up to that; this is a bug"
    )
    return [Issue(what="counts-do-not-add-up", level=Level.ERROR, detail=words)]
