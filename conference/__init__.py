"""The core: what a conference is and what may happen to it. It knows no Slack, no HTTP and no SQL."""
