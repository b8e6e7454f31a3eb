"""Following what a site publishes by itself: feeds, news sitemaps, WordPress (docs/adr/0014-feeds.md)."""
