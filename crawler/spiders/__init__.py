"""The crawl: a plan, a store and an archive in, the web asked politely, every page given its place, an ending out.

The only folder that knows Scrapy. One crawl a process, since a Twisted reactor cannot be started twice.
"""

from dataclasses import replace

from scrapy.crawler import AsyncCrawlerProcess

from crawler import relevance
from crawler.analyst import Analyst
from crawler.spiders.desk import Desk
from crawler.spiders.news import NewsSpider
from crawler.spiders.plan import Ending, Plan, Progress
from crawler.spiders.settings import settings_for
from crawler.spiders.visit import Look
from db.archive import ArchiveWriter
from db.model import Candidate, Counts, Issue, Level
from db.store import Store

__all__ = ["Ending", "Plan", "Progress", "run"]


def run(plan: Plan, store: Store, archive: ArchiveWriter, progress: Progress = lambda _: None) -> Ending:
    """Crawl by ``plan`` until all is done or its time is up.

    Every link taken up ends as an analysis, a rejection or an issue; links that time ran out for are one issue and wait
    for the next run.
    """
    desk = Desk(store, archive, Look(mentions=relevance.mentions, publishers=plan.publishers))
    analyst = Analyst()
    process = AsyncCrawlerProcess(settings_for(plan))
    crawler = process.create_crawler(NewsSpider)
    try:
        process.crawl(crawler, plan, desk, analyst, progress)
        process.start()
    finally:
        desk.close()
        analyst.close()
    reason = str(crawler.stats.get_value("finish_reason", "failed"))
    return (
        _ending(crawler.spider, reason)
        if isinstance(crawler.spider, NewsSpider)
        else Ending(counts=Counts(), reason=reason)
    )


def _ending(spider: NewsSpider, reason: str) -> Ending:
    left = list(spider.taken.values())
    counts = replace(spider.counts, candidates_in_issues=spider.counts.candidates_in_issues + len(left))
    return Ending(counts=counts, reason=reason, issues=(_left_over(left),) if left else ())


def _left_over(left: list[Candidate]) -> Issue:
    words = f"{len(left)} links were not fetched before the run ended; they wait for the next run"
    return Issue(what="links-left", level=Level.INFO, detail=words)
