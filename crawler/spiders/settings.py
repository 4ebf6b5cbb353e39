"""A plan in, Scrapy's settings out."""

from scrapy.settings import Settings

from crawler.discovery import HOST_DELAYS
from crawler.spiders.plan import Plan

MAX_PAGE_BYTES = 10 * 1024 * 1024
JITTER = 0.03  # of the delay, only ever added: a host waits between one and 1.06 times the delay
LONGEST_WAIT = 60.0  # seconds of Crawl-delay or Retry-After that are waited out within a run
_HERE = "crawler.spiders"


def _slots(plan: Plan) -> dict[str, dict[str, float]]:
    """Hosts that ask for more time between two requests than others."""
    longer = {host: max(seconds, plan.delay_seconds) for host, seconds in HOST_DELAYS.items()}
    return {host: {"delay": seconds, "jitter": 0.0, "concurrency": 1} for host, seconds in longer.items()}


def settings_for(plan: Plan) -> Settings:
    """Settings of one crawl process: polite to every host, deaf to remote control, quiet in the log."""
    return Settings(
        {
            "USER_AGENT": plan.user_agent,
            "ROBOTSTXT_OBEY": True,
            "ROBOTSTXT_USER_AGENT": plan.user_agent.split("/")[0],
            "DOWNLOAD_DELAY": plan.delay_seconds * (1 + JITTER),
            "DOWNLOAD_DELAY_JITTER": JITTER / (1 + JITTER),
            "DOWNLOAD_SLOTS": _slots(plan),
            "DOWNLOAD_TIMEOUT": plan.timeout_seconds,
            "DOWNLOAD_MAXSIZE": MAX_PAGE_BYTES,
            "DOWNLOAD_WARNSIZE": 0,
            "DOWNLOAD_HANDLERS": {"data": None, "file": None, "ftp": None, "s3": None},
            "CONCURRENT_REQUESTS": max(16, len(plan.sources) * 2),
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "CONCURRENT_ITEMS": 2,
            "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 20_000_000,
            "CLOSESPIDER_TIMEOUT": plan.limit_seconds,
            "DNS_RESOLVER": f"{_HERE}.guard.GuardedResolver",
            "DNS_TIMEOUT": 20,
            "HTTPERROR_ALLOW_ALL": True,
            "RETRY_TIMES": 1,
            "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
            "REDIRECT_MAX_TIMES": 8,
            "METAREFRESH_ENABLED": False,
            "COOKIES_ENABLED": False,
            "REFERRER_POLICY": "no-referrer",
            "REMOTE_CONTROL_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "MEMUSAGE_ENABLED": False,
            "STATS_DUMP": False,
            "LOG_ENABLED": False,
            "LOG_INSTALL_ROOT_HANDLER": False,
            "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
            "ALLOW_PRIVATE": plan.allow_private,
            "DOWNLOADER_MIDDLEWARES": {
                f"{_HERE}.guard.GuardMiddleware": 50,
                "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
                f"{_HERE}.manners.RobotsMiddleware": 100,
                "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
                f"{_HERE}.manners.PatientRetryMiddleware": 550,
                "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            },
            "EXTENSIONS": {
                "scrapy.extensions.logstats.LogStats": None,
                "scrapy.extensions.feedexport.FeedExporter": None,
            },
        }
    )
